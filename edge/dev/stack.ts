import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import { type Running, rootDir, startProgram } from './processes.ts'
import { type RunningRedis, startRedis } from './redis/start.ts'
import { keepSecrets, type Secrets } from './secrets.ts'

export interface StackOptions {
  /** Where data, secrets and logs live. */
  readonly dir: string
  /** `worker`: under `wrangler dev`, as it is deployed. `node`: the Node entry, without wrangler's slow proxy. */
  readonly edge: 'worker' | 'node'
  readonly redis?: 'auto' | 'server' | 'embedded'
  /** Ports to take if they are free. */
  readonly ports?: { readonly edge: number; readonly core: number }
  /** More settings for core. */
  readonly coreEnv?: Readonly<Record<string, string>>
  /** Told before each part is started. */
  readonly onStep?: (step: string) => void
  /** Where to write the worker's variables; in `dir` when absent. */
  readonly devVarsFile?: string
}

export interface Stack {
  readonly edgeUrl: string
  readonly coreUrl: string
  readonly redis: RunningRedis
  readonly secrets: Secrets
  readonly storeFile: string
  readonly core: Running
  readonly edge: Running
  stop(): Promise<void>
}

/** Starts the whole of Holdfast on this machine: Redis, core on SQLite, the edge. Ports others have are avoided. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir, onStep = () => {} } = options
  mkdirSync(dir, { recursive: true })
  const secrets = await keepSecrets(join(dir, 'secrets.json'))
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    onStep('Redis')
    const redis = await startRedis({
      dir: join(dir, 'redis'),
      engine: options.redis ?? 'auto',
      token: secrets.redisToken,
    })
    started.push(redis)

    onStep('core')
    const corePort = await getPort({ port: options.ports?.core ?? 0, host: '127.0.0.1' })
    const storeFile = join(dir, 'holdfast.sqlite')
    const core = await startCore(options, { port: corePort, redis, secrets, storeFile })
    started.push(core)
    const coreUrl = `http://127.0.0.1:${corePort}`

    onStep(options.edge === 'worker' ? 'the worker (wrangler dev)' : 'the edge on Node')
    const edgePort = await getPort({ port: options.ports?.edge ?? 0, host: '127.0.0.1' })
    const edge = await startEdge(options, { port: edgePort, redis, secrets, coreUrl })
    started.push(edge)
    return { edgeUrl: `http://127.0.0.1:${edgePort}`, coreUrl, redis, secrets, storeFile, core, edge, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const redisEnv = (redis: RunningRedis): Record<string, string> =>
  redis.url === undefined
    ? { UPSTASH_REDIS_REST_URL: redis.restUrl, UPSTASH_REDIS_REST_TOKEN: redis.restToken }
    : { REDIS_URL: redis.url }

function startCore(
  { dir, coreEnv = {} }: StackOptions,
  {
    port,
    redis,
    secrets,
    storeFile,
  }: { port: number; redis: RunningRedis; secrets: Secrets; storeFile: string },
): Promise<Running> {
  return startProgram({
    name: 'core',
    command: [process.execPath, 'core/src/server.ts'],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      STORE_URL: `sqlite:${storeFile}`,
      ...redisEnv(redis),
      EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
      USER_TOKEN_SECRET: secrets.userTokenSecret,
      ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
      RECEIPT_KEY: secrets.receiptKey,
      ADMIN_EMAIL: secrets.adminEmail,
      ADMIN_PASSWORD_HASH: secrets.adminPasswordHash,
      ALLOW_SIMULATED_PAYMENTS: '1',
      // This core has just started and is the only one: no commit of an older epoch can be under way for long.
      REBUILD_WAIT_MS: '500',
      ...coreEnv,
    },
    logFile: join(dir, 'core.log'),
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
}

function startEdge(
  { dir, edge, devVarsFile = join(dir, 'edge.vars') }: StackOptions,
  { port, redis, secrets, coreUrl }: { port: number; redis: RunningRedis; secrets: Secrets; coreUrl: string },
): Promise<Running> {
  const settings = {
    CORE_URL: coreUrl,
    EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
    USER_TOKEN_SECRET: secrets.userTokenSecret,
    ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
    HOLD_KEY_SECRET: secrets.holdKeySecret,
    ADMIN_ORIGINS: 'localhost',
  }
  const logFile = join(dir, 'edge.log')
  const readyUrl = `http://127.0.0.1:${port}/readyz`
  if (edge === 'node') {
    const env = { HOST: '127.0.0.1', PORT: String(port), ...redisEnv(redis), ...settings }
    return startProgram({
      name: 'the edge',
      command: [process.execPath, 'edge/src/node.ts'],
      env,
      logFile,
      readyUrl,
    })
  }
  const vars = {
    ...settings,
    UPSTASH_REDIS_REST_URL: redis.restUrl,
    UPSTASH_REDIS_REST_TOKEN: redis.restToken,
  }
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
  writeFileSync(devVarsFile, `# Written by npm run dev. Never commit it.\n${lines.join('')}`, { mode: 0o600 })
  const wrangler = join(rootDir, 'node_modules/wrangler/bin/wrangler.js')
  const flags = [
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--inspector-port',
    '0',
    '--env-file',
    devVarsFile,
  ]
  return startProgram({
    name: 'the worker',
    command: [process.execPath, wrangler, 'dev', ...flags, '--show-interactive-dev-session=false'],
    env: { WRANGLER_SEND_METRICS: 'false', CI: '1' },
    logFile,
    readyUrl,
  })
}
