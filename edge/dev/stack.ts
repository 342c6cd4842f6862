import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import { isOfLock, lockFolder } from './lock.ts'
import { answersOk, type Running, rootDir, startProgram } from './processes.ts'
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
  /** Starts without what an earlier stack left in `dir`. */
  readonly reset?: boolean
  /** Gives up the start: what was started is stopped. */
  readonly signal?: AbortSignal
}

export interface Stack {
  readonly edgeUrl: string
  readonly coreUrl: string
  readonly redis: RunningRedis
  readonly secrets: Secrets
  readonly storeFile: string
  /** The core that was started last. */
  readonly core: Running
  readonly edge: Running
  /** Starts core again after it was stopped, at its address and on its data. */
  restartCore(): Promise<void>
  /** Told if a part ends although nobody asked it to. */
  readonly death: Promise<Error>
  stop(): Promise<void>
}

/**
 * Starts the whole of Holdfast on this machine: Redis, core on SQLite, the edge. Ports others have are avoided.
 * @throws with what to do; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir, onStep = () => {} } = options
  mkdirSync(dir, { recursive: true })
  const started: { stop(): Promise<void> }[] = [lockFolder(dir)]
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    if (options.reset) {
      const names = readdirSync(dir).filter((name) => !isOfLock(name))
      for (const name of names) rmSync(join(dir, name), { recursive: true, force: true })
    }
    const secrets = await keepSecrets(join(dir, 'secrets.json'))

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
    const launchCore = () => startCore(options, { port: corePort, redis, secrets, storeFile })
    let core = await launchCore()
    started.push({ stop: () => core.stop() })
    const coreUrl = `http://127.0.0.1:${corePort}`

    onStep(options.edge === 'worker' ? 'the worker (wrangler dev)' : 'the edge on Node')
    const edgePort = await getPort({ port: options.ports?.edge ?? 0, host: '127.0.0.1' })
    const edge = await startEdge(options, { port: edgePort, redis, secrets, coreUrl })
    started.push(edge)
    const edgeUrl = `http://127.0.0.1:${edgePort}`
    const death = Promise.race([edge.death, core.death, ...(redis.death ? [redis.death] : [])])
    return {
      edgeUrl,
      coreUrl,
      redis,
      secrets,
      storeFile,
      edge,
      death,
      stop,
      get core() {
        return core
      },
      async restartCore() {
        core = await launchCore()
      },
    }
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
  { dir, coreEnv = {}, signal }: StackOptions,
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
    isReady: () => answersOk(`http://127.0.0.1:${port}/readyz`),
    signal,
  })
}

function startEdge(
  { dir, edge, devVarsFile = join(dir, 'edge.vars'), signal }: StackOptions,
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
  const isReady = () => answersOk(`http://127.0.0.1:${port}/readyz`)
  if (edge === 'node') {
    const env = { HOST: '127.0.0.1', PORT: String(port), ...redisEnv(redis), ...settings }
    return startProgram({
      name: 'the edge',
      command: [process.execPath, 'edge/src/node.ts'],
      env,
      logFile,
      isReady,
      signal,
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
    env: {
      CI: '1',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_LOG_PATH: join(dir, 'wrangler'),
      // It would ask Cloudflare where this machine is.
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    },
    logFile,
    isReady,
    hopeless: /\[ERROR\]/,
    signal,
  })
}
