/** `npm run dev`: the whole of Holdfast on this machine, with demo events on sale. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { callApi } from './api.ts'
import { readKept } from './kept.ts'
import { onParentEnd } from './parent.ts'
import { rootDir } from './processes.ts'
import { failureScreen, readyScreen, stepLine } from './screen.ts'
import { createApp, type SeededApp, seedEvents } from './seed.ts'
import { type Stack, startStack } from './stack.ts'
import { type ChosenStore, chooseStore } from './store.ts'

const { values: flags } = parseArgs({
  options: {
    /** Starts without the data and the secrets of earlier starts on the store in the folder. */
    reset: { type: 'boolean', default: false },
    /** Where data, secrets and logs live, if not in .holdfast. */
    dir: { type: 'string' },
  },
})
const dir = resolve(flags.dir ?? join(rootDir, '.holdfast'))
const devFile = join(dir, 'dev.json')
const envFile = join(dir, 'dev.env')
/** Where a plain `wrangler dev` looks for them; another stack keeps its own to itself. */
const devVarsFile = flags.dir === undefined ? join(rootDir, '.dev.vars') : join(dir, 'edge.vars')

const Kept = z.object({ appId: z.string(), publishableKey: z.string(), secretKey: z.string() })

/** The store of this start. */
function storeOfStart(): ChosenStore {
  const store = chooseStore(dir, process.env.STORE_URL)
  if (flags.reset && !store.isOwn) {
    throw new Error(
      `--reset clears what is in ${dir}, never ${store.label}, which may be somebody's.\n` +
        'Name a new database in STORE_URL, drop that one yourself, or start without STORE_URL.',
    )
  }
  return store
}

const appFileOf = ({ home }: ChosenStore): string => join(home, 'app.json')

/** By which clients of the predecessor TicketS sign tokens of their own, if some are to be tried here. */
const { TICKETS_JWT_SECRET } = process.env

/**
 * What the clients of the predecessors use without saying so: those of TicketS buy seats of the demo cinema, and who signs up
 * without a key is of the demo app.
 */
const predecessorsOf = ({ appId }: SeededApp) => ({
  TICKETS_APP_ID: appId,
  TICKETS_EVENT_ID: 'cinema',
  UNIFIED_APP_ID: appId,
  ...(TICKETS_JWT_SECRET && { TICKETS_JWT_SECRET }),
})

/** The demo app of an earlier start on this store, if its data are still there. */
async function stillThere(edgeUrl: string, kept: SeededApp | null, file: string): Promise<SeededApp | null> {
  if (!kept) return null
  const answer = await callApi(`${edgeUrl}/v1/events`, { headers: { 'x-api-key': kept.secretKey } })
  if (answer.status === 200) return kept
  if (answer.status === 401) return null
  throw new Error(`the edge answered ${answer.status} to the key in ${file}: ${answer.text}`)
}

/** The folder as it is pasted into a shell: short if it is below. */
const folderName = (): string => {
  const path = relative('', dir) || '.'
  return path.startsWith('..') ? dir : path
}

/** Ports where people's own frontends run while they try this. */
const frontendPorts = [3000, 4200, 5173, 8080]

function demoAppInput(edgeUrl: string): object {
  const ports = [new URL(edgeUrl).port, ...frontendPorts]
  const allowedOrigins = ports.flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
  return { name: 'Demo', allowedOrigins, paymentProvider: 'simulated' }
}

/** The app of an earlier start, or a new one; the worker of the new one starts again to know its id. */
async function seed(stack: Stack, kept: SeededApp | null, file: string): Promise<SeededApp> {
  const { edgeUrl, secrets } = stack
  const there = await stillThere(edgeUrl, kept, file)
  const app = there ?? (await createApp(edgeUrl, secrets, demoAppInput(edgeUrl)))
  if (!there) {
    stepLine('the worker again, with the routes of the predecessors')
    await stack.restartEdge(predecessorsOf(app))
  }
  writeFileSync(file, `${JSON.stringify(app, null, 2)}\n`, { mode: 0o600 })
  await seedEvents(edgeUrl, app.secretKey, (name) => stepLine(`demo event: ${name}`))
  return app
}

/** For scripts: `.holdfast/dev.json`, and the same as shell variables in `.holdfast/dev.env`. */
function writeDevFiles(stack: Stack, store: ChosenStore, app: SeededApp): void {
  const { edgeUrl, coreUrl, redis, secrets } = stack
  const { adminEmail, adminPassword } = secrets
  const facts = {
    edgeUrl,
    coreUrl,
    ...app,
    eventId: 'theatre',
    adminEmail,
    adminPassword,
    redis: redis.engine,
    store: store.label,
  }
  writeFileSync(devFile, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 })
  const shell = {
    EDGE: edgeUrl,
    APP_ID: app.appId,
    KEY: app.secretKey,
    PUBLISHABLE_KEY: app.publishableKey,
    EVENT: 'theatre',
    ADMIN_EMAIL: adminEmail,
    ADMIN_PASSWORD: adminPassword,
  }
  const lines = Object.entries(shell).map(([name, value]) => `export ${name}='${value}'\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
}

/** One press of Ctrl-C may come twice: from the terminal and from npm. */
const onePressMs = 500

/**
 * Ctrl-C ends the command when all is stopped; one more ends it at once, and the parts with it. So does the end of the npm that
 * runs it: who kills that, by whatever signal, means all of it.
 */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  let pressedMs = 0
  const isOfNpm = process.env.npm_lifecycle_event !== undefined
  if (isOfNpm) onParentEnd(() => stop.abort())
  // Nobody reads any more what is said while it stops.
  process.stdout.on('error', () => {})
  const onSignal = () => {
    if (stop.signal.aborted) {
      if (Date.now() - pressedMs > onePressMs) process.exit(130)
      return
    }
    pressedMs = Date.now()
    stepLine('stopping')
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  return stop.signal
}

async function run(signal: AbortSignal): Promise<void> {
  const store = storeOfStart()
  const appFile = appFileOf(store)
  const kept = flags.reset ? null : readKept(appFile, Kept)
  stepLine(`on ${store.label}`)
  const stack = await startStack({
    dir,
    store,
    edge: 'worker',
    ...(kept && { edgeEnv: predecessorsOf(kept) }),
    ports: { edge: 8787, core: 8788 },
    onStep: stepLine,
    devVarsFile,
    reset: flags.reset,
    signal,
  })
  const end = Promise.race([
    once(signal, 'abort'),
    stack.death.then((error) => {
      throw error
    }),
  ])
  const open = async () => {
    const app = await seed(stack, kept, appFile)
    writeDevFiles(stack, store, app)
    readyScreen(stack, store, app, folderName())
  }
  try {
    await Promise.race([open(), end])
    await end
  } finally {
    await stack.stop()
  }
}

const signal = stopOnSignals()
try {
  await run(signal)
} catch (error) {
  if (!signal.aborted) {
    failureScreen(error)
    process.exitCode = 1
  }
}
