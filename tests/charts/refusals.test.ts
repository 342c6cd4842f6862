import { beforeAll, describe, expect, test } from 'vitest'
import { hasHelm } from '../support/helm.ts'
import { changedAll, chartFile, ciValues, helmTemplate, type Values } from './chart.ts'
import { objectsOf, type Rule, rulesOf } from './schema.ts'

const minimal = ciValues('minimal')
const selfHosted = ciValues('self-hosted-edge')
const production = ciValues('production')

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values over others, as Helm lays them. */
const laidOver = (below: unknown, above: unknown): unknown =>
  isObject(below) && isObject(above)
    ? Object.fromEntries(
        [...new Set([...Object.keys(below), ...Object.keys(above)])].map((name) => [
          name,
          name in above ? laidOver(below[name], above[name]) : below[name],
        ]),
      )
    : above

/** What Helm says of values that it refuses. */
async function complaintOf(values: Values): Promise<string> {
  const { ok, complained } = await helmTemplate(values)
  expect(ok, 'they were taken').toBe(false)
  return complained
}

const rules = rulesOf()
/** What never comes so far: Helm fills in its defaults, and takes nothing for values that is no object. */
const isUnheard = ({ at, keyword }: Rule) =>
  (keyword === 'required' && /^\/(core|edge)\/resources/.test(at)) || (keyword === 'type' && at === '')

const heard = rules.filter((rule) => !isUnheard(rule))

/** Where a value is replaced by one that breaks a rule: a list is replaced whole. */
const placeOf = ({ at }: Rule) => at.replace(/\/0(\/.*)?$/, '')
const isApart = (one: Rule) => (other: Rule) => {
  const [a, b] = [`${placeOf(one)}/`, `${placeOf(other)}/`]
  return !a.startsWith(b) && !b.startsWith(a)
}

/** The rules in as few groups as can be broken at once: Helm tells of everything that is wrong. */
const groups: Rule[][] = []
for (const rule of heard) {
  const group = groups.find((one) => one.every(isApart(rule)))
  if (group) group.push(rule)
  else groups.push([rule])
}

describe.runIf(hasHelm)('a value that the schema does not allow is refused by its name', () => {
  const complaints = new Map<Rule, string>()
  beforeAll(async () => {
    for (const group of groups) {
      const values = group.reduce<unknown>((all, { wrong }) => laidOver(all, wrong), minimal)
      const complaint = await complaintOf(values as Values)
      for (const rule of group) complaints.set(rule, complaint)
    }
  })

  test.each(heard)('$at: $keyword', (rule) => {
    // Of what may have any name, the wrong one is named.
    expect(complaints.get(rule)).toMatch(new RegExp(`at '${rule.at}(/unknown)?'`))
  })

  test('and nothing takes a name that nobody knows', () => {
    const open = objectsOf().filter(
      ({ properties, additionalProperties }) => properties && additionalProperties !== false,
    )
    expect(objectsOf().length).toBeGreaterThan(20)
    expect(open).toEqual([])
  })
})

/** Values that are wrong beside each other, and what is said. */
const wrongs: readonly (readonly [name: string, base: Values, changes: Values, said: RegExp])[] = [
  [
    'no store',
    minimal,
    { 'store.existingSecret': '' },
    /store\.existingSecret is required.*SQLite is refused/,
  ],
  ['no Redis', minimal, { 'redis.existingSecret': '' }, /redis\.existingSecret.*UPSTASH_REDIS_REST_TOKEN/],
  ['no Redis over TCP', selfHosted, { 'redis.existingSecret': '' }, /redis\.existingSecret.* REDIS_URL/],
  ['no secrets of core', minimal, { 'core.existingSecret': '' }, /core\.existingSecret.*RECEIPT_KEY/],
  ['no admin', minimal, { 'core.admin.email': '' }, /core\.admin\.email is required/],
  [
    'no image',
    minimal,
    { 'core.image.repository': '' },
    /core\.image\.repository is required.*core\/Dockerfile/,
  ],
  ['an image that changes', minimal, { 'core.image.tag': 'latest' }, /core\.image\.tag is latest/],
  [
    'a Redis that Workers cannot use',
    minimal,
    { 'redis.kind': 'tcp' },
    /redis\.kind is tcp, which Workers cannot/,
  ],
  [
    'fewer pods at most than at least',
    production,
    { 'core.autoscaling.maxReplicas': 2 },
    /core\.autoscaling\.maxReplicas \(2\) is less than minReplicas \(3\)/,
  ],
  [
    'a grace that is shorter than the drain',
    minimal,
    { 'core.shutdown.graceSeconds': 21 },
    /core\.shutdown\.graceSeconds \(21\) is too short: preStopSeconds \(5\) and the 17 s of a drain are 22/,
  ],
  ['an Ingress without a name', production, { 'core.ingress.host': '' }, /core\.ingress\.host is required/],
  [
    'an Ingress without TLS',
    production,
    { 'core.ingress.tlsSecret': '' },
    /core\.ingress\.tlsSecret.*without TLS/,
  ],
  [
    'an Ingress that the policy keeps out',
    production,
    { 'networkPolicy.ingressNamespace': '' },
    /networkPolicy\.ingressNamespace is required while core\.ingress\.enabled/,
  ],
  [
    'an edge that every pod may ask as whatever client',
    selfHosted,
    { 'networkPolicy.ingressNamespace': '' },
    /networkPolicy\.ingressNamespace is required while edge\.ingress\.enabled/,
  ],
  [
    'a collector whose key would be read on its way',
    production,
    { 'tracing.endpoint': 'http://otlp.acme.example:4318' },
    /tracing\.endpoint is http:\/\/ to a public host.*use https/,
  ],
  [
    'a test that shows an operator’s session on its way',
    production,
    { 'test.edgeUrl': 'http://10.acme.example' },
    /test\.edgeUrl is http:\/\/ to a public host.*use https/,
  ],
  [
    'a Prometheus that the policy keeps out',
    production,
    { 'networkPolicy.metricsNamespace': '' },
    /networkPolicy\.metricsNamespace is required while metrics\.enabled/,
  ],
  ['metrics on the port of requests', minimal, { 'metrics.port': 8788 }, /metrics\.port is 8788/],
  ['metrics on the port of the edge', minimal, { 'metrics.port': 8787 }, /metrics\.port is 8787/],
  ...['serviceMonitor', 'prometheusRule', 'dashboard'].map(
    (name) =>
      [
        `a ${name} of nothing`,
        minimal,
        { [`metrics.${name}.enabled`]: true },
        new RegExp(`metrics\\.${name}\\.enabled needs metrics\\.enabled`),
      ] as const,
  ),
  [
    'a word for a collector that is not there',
    minimal,
    { 'tracing.existingSecret': 'collector' },
    /tracing\.existingSecret needs tracing\.endpoint/,
  ],
  [
    'an edge without secrets',
    selfHosted,
    { 'edge.existingSecret': '' },
    /edge\.existingSecret.*HOLD_KEY_SECRET/,
  ],
  [
    'an edge without an image',
    selfHosted,
    { 'edge.image.repository': '' },
    /edge\.image\.repository is required/,
  ],
  ['an edge that changes', selfHosted, { 'edge.image.tag': 'latest' }, /edge\.image\.tag is latest/],
  [
    'an edge killed in its drain',
    selfHosted,
    { 'edge.shutdown.preStopSeconds': 16 },
    /edge\.shutdown\.graceSeconds/,
  ],
  [
    'fewer edges at most than at least',
    selfHosted,
    { 'edge.autoscaling.minReplicas': 9 },
    /edge\.autoscaling\.maxReplicas \(8\) is less than minReplicas \(9\)/,
  ],
  ['an edge without a name', selfHosted, { 'edge.ingress.host': '' }, /edge\.ingress\.host is required/],
  [
    'an edge without TLS',
    selfHosted,
    { 'edge.ingress.tlsSecret': '' },
    /edge\.ingress\.tlsSecret.*without TLS/,
  ],
  [
    'all buyers behind one address',
    selfHosted,
    { 'edge.trustedProxyHeader': '' },
    /edge\.trustedProxyHeader is required.*share its rate limit/,
  ],
  [
    'an event of no app',
    selfHosted,
    { 'edge.tickets.appId': '', 'edge.tickets.acceptOldTokens': false },
    /edge\.tickets\.appId and edge\.tickets\.eventId/,
  ],
  [
    'old tokens for routes that are not there',
    selfHosted,
    { 'edge.tickets.appId': '', 'edge.tickets.eventId': '' },
    /edge\.tickets\.acceptOldTokens is for routes/,
  ],
  [
    'a word on payments of routes that are not there',
    selfHosted,
    {
      'edge.tickets.appId': '',
      'edge.tickets.eventId': '',
      'edge.tickets.acceptOldTokens': false,
      'edge.tickets.pay': 'unpaid',
    },
    /edge\.tickets\.pay is for routes/,
  ],
]

describe.runIf(hasHelm)('values that do not fit each other are refused with the reason', () => {
  const complaints: string[] = []
  test.concurrent.each(wrongs)('%s', async (_, base, changes, said) => {
    const complaint = await complaintOf(changedAll(base, changes))
    expect(complaint).toContain('Holdfast cannot be installed with these values:')
    expect(complaint).toMatch(said)
    complaints.push(complaint)
    // It is the only thing that is wrong.
    expect(complaint.match(/^ {2}- /gm)).toHaveLength(1)
  })

  test('and each reason that there is was given by one of these', () => {
    const messages = chartFile('templates/_validate.tpl').matchAll(/append \$wrong (?:\(printf )?"([^"]+)"/g)
    const reasons = [...messages].map(([, message = '']) =>
      message
        .split(/%[sd]/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*'),
    )
    expect(reasons.length).toBeGreaterThan(15)
    expect(reasons.filter((reason) => !new RegExp(reason).test(complaints.join('\n')))).toEqual([])
  })

  test('everything that is wrong is told at once', async () => {
    const complaint = await complaintOf({})
    for (const name of [
      'store.existingSecret',
      'redis.existingSecret',
      'core.existingSecret',
      'core.admin.email',
    ])
      expect(complaint).toContain(`- ${name} is required`)
  })

  test.each([
    ['an address with a password', 'store.url', 'mongodb://ann:pa55word@db/shop'],
    ['a SQLite file', 'store.url', 'sqlite:/data/store.db'],
    ['payments that nobody pays', 'core.allowSimulatedPayments', true],
    ['a variable of one’s own', 'core.env', { ALLOW_SIMULATED_PAYMENTS: '1' }],
  ])('there is no value for %s', async (_, path, value) => {
    const complaint = await complaintOf(changedAll(minimal, { [path]: value }))
    expect(complaint).toContain(`additional properties '${path.split('.').at(-1)}' not allowed`)
    expect(complaint).not.toContain('pa55word')
  })
})
