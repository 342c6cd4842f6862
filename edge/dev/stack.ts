import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOfLock, lockFolder } from './lock.ts'
import { keepPort } from './ports.ts'
import { answersOk, type Running, rootDir, runToEnd, startProgram } from './processes.ts'
import { type RedisDoors, type RunningRedis, startRedis } from './redis/start.ts'
import { copyViewer } from './reference/copy-viewer.ts'
import { keepSecrets, type Secrets } from './secrets.ts'
import { type ChosenStore, ownStore, storesName } from './store.ts'

/** What stands between two parts: told where the second is, it says where the first shall find it. */
export interface Between {
  readonly edgeAndCore?: (url: string) => Promise<string>
  readonly edgeAndRedis?: (doors: RedisDoors) => Promise<RedisDoors>
  readonly coreAndRedis?: (doors: RedisDoors) => Promise<RedisDoors>
  readonly coreAndStore?: (url: string) => Promise<string>
}

export interface StackOptions {
  /** Where logs live and, of its own store, data and secrets. */
  readonly dir: string
  /** The SQLite file in `dir` when absent. A store that is there is migrated before core starts. */
  readonly store?: ChosenStore
  /** `worker`: under `wrangler dev`, as it is deployed. `node`: the Node entry, without wrangler's slow proxy. */
  readonly edge: 'worker' | 'node'
  /** An engine to start, or a Redis that whoever started it also stops. */
  readonly redis?: 'auto' | 'server' | 'embedded' | RunningRedis
  readonly between?: Between
  /** Ports to take if they are free. */
  readonly ports?: { readonly edge: number; readonly core: number }
  /** More settings for core. */
  readonly coreEnv?: Readonly<Record<string, string>>
  /** More settings for the edge. */
  readonly edgeEnv?: Readonly<Record<string, string>>
  /** Told before each part is started. */
  readonly onStep?: (step: string) => void
  /** Where to write the worker's variables; in `dir` when absent. */
  readonly devVarsFile?: string
  /** Starts without what earlier stacks on its own store left in `dir`. */
  readonly reset?: boolean
  /** Gives up the start: what was started is stopped. */
  readonly signal?: AbortSignal
}

export interface Stack {
  /** Where its logs are. */
  readonly dir: string
  readonly edgeUrl: string
  readonly coreUrl: string
  readonly redis: RunningRedis
  readonly secrets: Secrets
  /** The address of core's store. */
  readonly storeUrl: string
  /** The core that was started last. */
  readonly core: Running
  /** The edge that was started last. */
  readonly edge: Running
  /** Starts core again after it was stopped, at its address and on its data. */
  restartCore(): Promise<void>
  /** Stops the edge and starts it again at its address, with these settings beside its own. */
  restartEdge(edgeEnv: Readonly<Record<string, string>>): Promise<void>
  /** Told if a part ends although nobody asked it to. */
  readonly death: Promise<Error>
  stop(): Promise<void>
}

/** Both programs, which start at once; if one does not start, the other is stopped. */
async function startBoth(coreStarts: Promise<Running>, edgeStarts: Promise<Running>) {
  const started = await Promise.allSettled([coreStarts, edgeStarts])
  if (started.some(({ status }) => status === 'rejected'))
    for (const one of started) if (one.status === 'fulfilled') await one.value.stop('SIGKILL')
  return { core: await coreStarts, edge: await edgeStarts }
}

/**
 * Starts the whole of Holdfast on this machine: Redis, core, the edge. Ports others have are avoided.
 * @throws with what to do; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir, store = ownStore(dir), onStep = () => {}, signal } = options
  mkdirSync(dir, { recursive: true })
  const started: { stop(): Promise<void> }[] = [lockFolder(dir)]
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    if (options.reset) {
      const names = readdirSync(dir).filter((name) => !isOfLock(name) && name !== storesName)
      for (const name of names) rmSync(join(dir, name), { recursive: true, force: true })
    }
    mkdirSync(store.home, { recursive: true })
    const secrets = await keepSecrets(join(store.home, 'secrets.json'))

    onStep('Redis')
    const { redis: asked = 'auto', between = {} } = options
    const redis =
      typeof asked === 'object'
        ? asked
        : await startRedis({ dir: join(store.home, 'redis'), engine: asked, token: secrets.redisToken })
    if (redis !== asked) started.push(redis)

    // A new file is laid out by core; one that is there may be of an older format.
    if (store.isMongo || existsSync(store.url.slice('sqlite:'.length))) {
      onStep('the collections and indexes')
      const command = [process.execPath, 'core/src/cli/main.ts', 'migrate'] as const
      await runToEnd({ name: 'the migration', command, env: { STORE_URL: store.url }, signal })
    }

    onStep(options.edge === 'worker' ? 'core and the worker (wrangler dev)' : 'core and the edge on Node')
    const ports = { core: await keepPort(options.ports?.core), edge: await keepPort(options.ports?.edge) }
    started.push(ports.core, ports.edge)
    const coreDoors = (await between.coreAndRedis?.(redis)) ?? redis
    const storeUrl = (await between.coreAndStore?.(store.url)) ?? store.url
    const launchCore = () =>
      startCore(options, { port: ports.core.port, redis: coreDoors, secrets, storeUrl })
    const coreUrl = `http://127.0.0.1:${ports.core.port}`
    const edgeDoors = (await between.edgeAndRedis?.(redis)) ?? redis
    const seenCoreUrl = (await between.edgeAndCore?.(coreUrl)) ?? coreUrl
    const launchEdge = (edgeEnv = options.edgeEnv) =>
      startEdge(
        { ...options, ...(edgeEnv && { edgeEnv }) },
        { port: ports.edge.port, redis: edgeDoors, secrets, coreUrl: seenCoreUrl },
      )
    const { promise: death, resolve: tell } = Promise.withResolvers<Error>()
    const watch = <Part extends { readonly death?: Promise<Error> }>(part: Part): Part => {
      void part.death?.then(tell)
      return part
    }
    watch(redis)
    let { core, edge } = await startBoth(launchCore(), launchEdge())
    watch(core)
    watch(edge)
    // Both at once: each goes on answering while somebody still asks it.
    started.push({ stop: () => Promise.all([edge.stop(), core.stop()]).then(() => {}) })
    const edgeUrl = `http://127.0.0.1:${ports.edge.port}`
    return {
      dir,
      edgeUrl,
      coreUrl,
      redis,
      secrets,
      storeUrl: store.url,
      death,
      stop,
      get core() {
        return core
      },
      get edge() {
        return edge
      },
      async restartCore() {
        core = watch(await launchCore())
      },
      async restartEdge(edgeEnv) {
        await edge.stop()
        edge = watch(await launchEdge(edgeEnv))
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const redisEnv = (redis: RedisDoors): Record<string, string> =>
  redis.url === undefined
    ? { UPSTASH_REDIS_REST_URL: redis.restUrl, UPSTASH_REDIS_REST_TOKEN: redis.restToken }
    : { REDIS_URL: redis.url }

/** Where one core listens, and what it works on. */
export interface CorePlace {
  readonly port: number
  readonly redis: RedisDoors
  readonly secrets: Secrets
  readonly storeUrl: string
  /** `core` when absent: its log is that of this name. */
  readonly name?: string
  /** Where the sources are that it runs; this very tree when absent. */
  readonly root?: string
}

/** The same of an edge. */
export interface EdgePlace extends Omit<CorePlace, 'storeUrl'> {
  readonly coreUrl: string
}

/** Starts one core. */
export function startCore(
  { dir, coreEnv = {}, signal }: Pick<StackOptions, 'dir' | 'coreEnv' | 'signal'>,
  { port, redis, secrets, storeUrl, name = 'core', root = rootDir }: CorePlace,
): Promise<Running> {
  return startProgram({
    name,
    command: [process.execPath, join(root, 'core/src/server.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      STORE_URL: storeUrl,
      ...redisEnv(redis),
      EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
      USER_TOKEN_SECRET: secrets.userTokenSecret,
      ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
      RECEIPT_KEY: secrets.receiptKey,
      ADMIN_EMAIL: secrets.adminEmail,
      ADMIN_PASSWORD_HASH: secrets.adminPasswordHash,
      ALLOW_SIMULATED_PAYMENTS: '1',
      ALLOW_MAIL_IN_LOG: '1',
      ALLOW_LOCAL_WEBHOOKS: '1',
      // This core has just started and is the only one: no commit of an older epoch can be under way for long.
      REBUILD_WAIT_MS: '500',
      ...coreEnv,
    },
    logFile: join(dir, `${name}.log`),
    isReady: () => answersOk(`http://127.0.0.1:${port}/readyz`),
    signal,
  })
}

/** Starts an edge. */
export function startEdge(
  { dir, edge, edgeEnv = {}, devVarsFile = join(dir, 'edge.vars'), signal }: StackOptions,
  { port, redis, secrets, coreUrl, name = 'edge', root = rootDir }: EdgePlace,
): Promise<Running> {
  const settings = {
    CORE_URL: coreUrl,
    EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
    USER_TOKEN_SECRET: secrets.userTokenSecret,
    ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
    HOLD_KEY_SECRET: secrets.holdKeySecret,
    ADMIN_ORIGINS: 'localhost',
    // All who try it come from this machine.
    CLIENT_READS_PER_SECOND: '1000000',
    CLIENT_LARGE_READS_PER_SECOND: '100000',
    ...edgeEnv,
  }
  const logFile = join(dir, `${name}.log`)
  const isReady = () => answersOk(`http://127.0.0.1:${port}/readyz`)
  if (edge === 'node') {
    copyViewer()
    const env = { HOST: '127.0.0.1', PORT: String(port), ...redisEnv(redis), ...settings }
    return startProgram({
      name: name === 'edge' ? 'the edge' : name,
      command: [process.execPath, join(root, 'edge/src/node.ts')],
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
    '--env=',
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
      // It would trace every request, in the thread that the worker has.
      X_LOCAL_OBSERVABILITY: 'false',
    },
    logFile,
    isReady,
    hopeless: /\[ERROR\]/,
    signal,
  })
}
