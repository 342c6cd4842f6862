import { drainMsMax, edgeBudgetMs, inventoryCallMs, leaveMsMax } from '@holdfast/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasHelm } from '../support/helm.ts'
import { changed, changedAll, chartFile, ciValues, find, type Part, type Rendered, render } from './chart.ts'

const minimal = ciValues('minimal')
const production = ciValues('production')
const selfHosted = ciValues('self-hosted-edge')

/** The pod that an object starts. */
const podOf = ({ kind, spec }: Rendered): Part => (kind === 'Pod' ? spec : (spec.template?.spec as Part))
const containerOf = (object: Rendered): Part => podOf(object).containers?.[0] as Part

describe.runIf(hasHelm)('every pod of the chart', () => {
  test.each(['Deployment core', 'Job migration', 'Pod smoke', 'Deployment edge'])(
    '%s is shut in',
    async (name) => {
      const object = find(await render(selfHosted), name)
      const pod = podOf(object)
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.enableServiceLinks).toBe(false)
      expect(pod.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(containerOf(object).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      const { resources } = containerOf(object)
      for (const amounts of [resources?.requests, resources?.limits])
        expect(Object.keys(amounts ?? {}).sort()).toEqual(['cpu', 'memory'])
      expect(pod.volumes).toBeUndefined()
    },
  )

  test('core alone reads the list of refused passwords, where there is one', async () => {
    const claim = { claimName: 'pwned-passwords', readOnly: true }
    const objects = await render(changed(selfHosted, 'core.refusedPasswords.claim', claim.claimName))
    const core = find(objects, 'Deployment core')
    expect(podOf(core).volumes).toEqual([{ name: 'refused-passwords', persistentVolumeClaim: claim }])
    expect(containerOf(core).volumeMounts).toEqual([
      { name: 'refused-passwords', mountPath: '/refused-passwords', readOnly: true },
    ])
    for (const name of ['Deployment edge', 'Job migration'])
      expect(podOf(find(objects, name)).volumes).toBeUndefined()
  })

  test.each(['Deployment core', 'Job migration', 'Pod smoke'])(
    '%s is pulled with what was named',
    async (name) => {
      const pod = podOf(find(await render(production), name))
      expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }])
      const [digest] = ['0123456789abcdef'.repeat(4)]
      expect(pod.containers?.[0]?.image).toBe(`ghcr.io/acme/holdfast-core:0.1.0@sha256:${digest}`)
    },
  )
})

describe.runIf(hasHelm).each([
  ['core', minimal, 8788],
  ['edge', selfHosted, 8787],
] as const)('the Deployment of %s', (part, values, port) => {
  let deployment: Rendered
  beforeAll(async () => {
    deployment = find(
      await render(changed(values, `${part}.autoscaling.enabled`, false)),
      `Deployment ${part}`,
    )
  })

  test('starts the new pods before it stops the old', () => {
    expect(deployment.spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 },
    })
    expect(deployment.spec.replicas).toBe(2)
  })

  test('asks a pod whether it lives and whether it is ready by different paths', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = containerOf(deployment)
    const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)
    expect(paths).toEqual([
      { path: '/livez', port: 'http' },
      { path: '/livez', port: 'http' },
      { path: '/readyz', port: 'http' },
    ])
    expect(ports).toEqual([{ name: 'http', containerPort: port }])
  })

  test('spreads its pods over zones and nodes, each version by itself', () => {
    const spread = podOf(deployment).topologySpreadConstraints ?? []
    expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ])
    for (const { labelSelector, matchLabelKeys } of spread) {
      expect(labelSelector).toEqual(deployment.spec.selector)
      expect(matchLabelKeys).toEqual(['pod-template-hash'])
    }
  })

  test('lets load balancers forget a pod, and answers end, before it is killed', () => {
    const pod = podOf(deployment)
    const preStop = Number(pod.containers?.[0]?.lifecycle?.preStop?.sleep?.seconds)
    expect([preStop, Number(pod.terminationGracePeriodSeconds)]).toEqual([5, 30])
    const [, drain] = /"holdfast.drainSeconds" -}}\s+(\d+)/.exec(chartFile('templates/_pod.tpl')) ?? []
    // The edge's longest answer, and core's after the seconds in which edges leave it.
    expect(Number(drain) * 1_000).toBeGreaterThanOrEqual(leaveMsMax + 2 * inventoryCallMs + edgeBudgetMs)
    expect(Number(drain) * 1_000).toBeGreaterThanOrEqual(leaveMsMax + drainMsMax)
  })

  test('is replaced when a setting changes, and not otherwise', async () => {
    const checksumOf = async (changes: object) => {
      const objects = await render(changedAll(values, changes as never))
      return find(objects, `Deployment ${part}`).spec.template?.metadata?.annotations?.['checksum/config']
    }
    const before = await checksumOf({})
    expect(before).toMatch(/^[0-9a-f]{64}$/)
    const setting = part === 'core' ? 'core.admin.username' : 'edge.trustedProxyHeader'
    expect(await checksumOf({ [setting]: 'x-other' })).not.toBe(before)
    expect(await checksumOf({ [`${part}.resources.limits.cpu`]: '3' })).toBe(before)
  })

  test('leaves the number of pods to the autoscaler when there is one', async () => {
    const objects = await render(changed(values, `${part}.autoscaling.enabled`, true))
    expect(find(objects, `Deployment ${part}`).spec).not.toHaveProperty('replicas')
    const { spec } = find(objects, `HorizontalPodAutoscaler ${part}`)
    expect(spec.scaleTargetRef).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: deployment.metadata.name,
    })
    expect(spec.minReplicas).toBe(2)
    expect(spec.metrics?.[0]?.resource?.target).toEqual({ type: 'Utilization', averageUtilization: 60 })
  })

  test('has a Service, an account without a token and a budget of its own', async () => {
    const objects = await render(values)
    const labels = deployment.spec.selector?.matchLabels
    const service = find(objects, `Service ${part}`)
    expect(service.spec).toEqual({
      type: 'ClusterIP',
      selector: labels,
      ports: [{ name: 'http', port, targetPort: 'http' }],
    })
    expect(find(objects, `ServiceAccount ${part}`)).toMatchObject({ automountServiceAccountToken: false })
    expect(podOf(deployment).serviceAccountName).toBe(deployment.metadata.name)
    expect(find(objects, `PodDisruptionBudget ${part}`).spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: labels },
    })
  })
})

describe.runIf(hasHelm)('the migration', () => {
  test('runs before pods of a new version, with the store and nothing else', async () => {
    const job = find(await render(production), 'Job migration')
    expect(job.metadata.annotations).toEqual({
      'helm.sh/hook': 'pre-install,pre-upgrade',
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
    })
    expect(job.spec).toMatchObject({ activeDeadlineSeconds: 240, backoffLimit: 3 })
    expect(containerOf(job).args).toEqual(['core/src/cli/main.ts', 'migrate'])
    expect(containerOf(job).env).toEqual([
      { name: 'REFUSE_SQLITE', value: '1' },
      {
        name: 'STORE_URL',
        valueFrom: { secretKeyRef: { name: 'atlas', key: 'connectionString.standardSrv' } },
      },
    ])
    // Nothing of the release is there yet.
    expect(podOf(job)).not.toHaveProperty('serviceAccountName')
  })
})

describe.runIf(hasHelm)('helm test', () => {
  test('buys where buyers do, as the first admin and with no password, and is not there without an edge', async () => {
    const smoke = containerOf(find(await render(production), 'Pod smoke'))
    expect(smoke.args).toEqual(['core/src/cli/main.ts', 'smoke', '--edge', 'https://seats.acme.example'])
    expect(smoke.env).toEqual([
      { name: 'ADMIN_EMAIL', value: 'admin@acme.example' },
      { name: 'ADMIN_USERNAME', value: 'admin' },
      ...['ADMIN_TOKEN_SECRET', 'ADMIN_PASSWORD_HASH', 'ADMIN_TOTP_SECRET'].map((key) => ({
        ...{ name: key, valueFrom: { secretKeyRef: { name: 'holdfast-core', key } } },
      })),
    ])
    const inside = containerOf(find(await render(selfHosted), 'Pod smoke'))
    expect(inside.args?.at(-1)).toBe('http://shop-holdfast-edge:8787')
    expect(inside.env?.map(({ name }) => name)).toEqual([
      ...['ADMIN_EMAIL', 'ADMIN_TOKEN_SECRET', 'ADMIN_PASSWORD_HASH'],
    ])
    expect((await render(minimal)).filter(({ kind }) => kind === 'Pod')).toEqual([])
  })
})

describe.runIf(hasHelm)('the network', () => {
  const policyOf = async (values: object, part: string) =>
    find(await render(values as never), `NetworkPolicy ${part}`).spec
  const partOf = (part: string) => ({
    podSelector: {
      matchLabels: {
        'app.kubernetes.io/name': 'holdfast',
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/component': part,
      },
    },
  })
  const namespaceOf = (name: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  })

  test('lets nobody to core who was not named', async () => {
    const spec = await policyOf(minimal, 'core')
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress'])
    expect(spec).not.toHaveProperty('ingress')
  })

  test('lets the Ingress, the tunnel and Prometheus to core, each to its port', async () => {
    const { ingress } = await policyOf(production, 'core')
    expect(ingress).toEqual([
      {
        from: [namespaceOf('ingress-nginx'), { podSelector: { matchLabels: { app: 'cloudflared' } } }],
        ports: [{ port: 'http', protocol: 'TCP' }],
      },
      { from: [namespaceOf('monitoring')], ports: [{ port: 'metrics', protocol: 'TCP' }] },
    ])
  })

  test('lets the edge in the cluster to core, and the Ingress, the smoke test and whom else it is told to the edge', async () => {
    const core = await policyOf(selfHosted, 'core')
    expect(core.ingress).toEqual([{ from: [partOf('edge')], ports: [{ port: 'http', protocol: 'TCP' }] }])
    const edge = await policyOf(selfHosted, 'edge')
    const http = [{ port: 'http', protocol: 'TCP' }]
    expect(edge.ingress).toEqual([{ from: [namespaceOf('ingress-nginx'), partOf('smoke')], ports: http }])
    const proxy = { podSelector: { matchLabels: { app: 'proxy' } } }
    const own = { 'edge.ingress.enabled': false, 'test.edgeUrl': 'https://seats.acme.example' }
    const alone = await policyOf(changedAll(selfHosted, own), 'edge')
    expect(alone).not.toHaveProperty('ingress')
    const behind = await policyOf(
      changedAll(selfHosted, { ...own, 'networkPolicy.edgePeers': [proxy] }),
      'edge',
    )
    expect(behind.ingress).toEqual([{ from: [proxy], ports: http }])
    expect(edge.egress).toContainEqual({ to: [partOf('core')], ports: [{ port: 'http', protocol: 'TCP' }] })
  })

  test.each([
    ['', [443]],
    ['http://otel-collector.monitoring:4318', [443, 4318]],
    ['http://otel-collector.monitoring', [443, 80]],
    ['https://otlp.acme.example/in', [443]],
  ])('lets core out to the collector at "%s"', async (endpoint, ports) => {
    const values = changedAll(minimal, { 'tracing.endpoint': endpoint, 'networkPolicy.egressPorts': [443] })
    const [, calls] = (await policyOf(values, 'core')).egress as unknown as readonly Part[]
    expect(calls?.ports).toEqual(ports.map((port) => ({ port, protocol: 'TCP' })))
  })

  test('lets names be asked of the name servers alone', async () => {
    for (const part of ['core', 'edge', 'jobs']) {
      const [names] = (await policyOf(selfHosted, part)).egress as unknown as readonly Part[]
      expect(names?.ports).toEqual(['UDP', 'TCP'].map((protocol) => ({ port: 53, protocol })))
      const { namespaceSelector } = namespaceOf('kube-system')
      expect(names?.to).toEqual([
        { namespaceSelector, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
      ])
    }
  })

  test('lets nobody to the migration and the smoke test, and those out as core and to the edge', async () => {
    const spec = await policyOf(selfHosted, 'jobs')
    expect(spec.podSelector).toEqual({
      matchLabels: { 'app.kubernetes.io/name': 'holdfast', 'app.kubernetes.io/instance': 'shop' },
      matchExpressions: [
        { key: 'app.kubernetes.io/component', operator: 'In', values: ['migration', 'smoke'] },
      ],
    })
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress'])
    expect(spec).not.toHaveProperty('ingress')
    const core = await policyOf(selfHosted, 'core')
    const edge = { to: [partOf('edge')], ports: [{ port: 'http', protocol: 'TCP' }] }
    expect(spec.egress).toEqual([...((core.egress ?? []) as unknown as readonly Part[]), edge])
  })

  test('lets nobody out to the metadata of the cloud', async () => {
    const { egress = [] } = await policyOf(
      changed(minimal, 'networkPolicy.egressPorts', [443, 27_017]),
      'core',
    )
    const [, calls] = egress as unknown as readonly Part[]
    expect(calls?.ports).toEqual([443, 27_017].map((port) => ({ port, protocol: 'TCP' })))
    expect(calls?.to?.flatMap(({ ipBlock }) => ipBlock?.except ?? [])).toEqual(
      expect.arrayContaining(['169.254.0.0/16', 'fd00:ec2::254/128']),
    )
  })

  test('is open where no policy is wanted', async () => {
    const objects = await render(changed(selfHosted, 'networkPolicy.enabled', false))
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([])
  })

  test.each([
    ['core', production, 'core.acme.example', 'core-tls', ['/v1', '/internal', '/.well-known/jwks.json']],
    ['edge', selfHosted, 'seats.acme.example', 'seats-tls', ['/']],
  ])('shows %s by its name, with TLS, and requests only', async (part, values, host, secretName, shown) => {
    const { spec } = find(await render(values), `Ingress ${part}`)
    expect(spec.tls).toEqual([{ hosts: [host], secretName }])
    const backend = { service: { name: `shop-holdfast-${part}`, port: { name: 'http' } } }
    const paths = shown.map((path) => ({
      path,
      pathType: path.endsWith('.json') ? 'Exact' : 'Prefix',
      backend,
    }))
    expect(spec.rules).toEqual([{ host, http: { paths } }])
  })

  test('shows nothing by itself', async () => {
    const kinds = (await render(minimal)).map(({ kind }) => kind)
    expect(kinds).not.toContain('Ingress')
    expect(kinds.filter((kind) => kind === 'Deployment')).toHaveLength(1)
  })
})
