/** `npm run dev`: the whole of Holdfast on this machine, with demo events on sale. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { callApi } from './api.ts'
import { rootDir } from './processes.ts'
import { readyScreen, stepLine } from './screen.ts'
import { createApp, type SeededApp, seedEvents } from './seed.ts'
import { type Stack, startStack } from './stack.ts'

const { values: flags } = parseArgs({
  options: {
    /** Starts without the data of earlier starts. */
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

/** The demo app of an earlier start, if its data are still there. */
async function keptApp(edgeUrl: string): Promise<SeededApp | null> {
  if (!existsSync(devFile)) return null
  const kept = Kept.safeParse(JSON.parse(readFileSync(devFile, 'utf8')))
  if (!kept.success) return null
  const answer = await callApi(`${edgeUrl}/v1/events`, { headers: { 'x-api-key': kept.data.secretKey } })
  return answer.status === 200 ? kept.data : null
}

/** Ports where people's own frontends run while they try this. */
const frontendPorts = [3000, 4200, 5173, 8080]

function demoAppInput(edgeUrl: string): object {
  const ports = [new URL(edgeUrl).port, ...frontendPorts]
  const allowedOrigins = ports.flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
  return { name: 'Demo', allowedOrigins, paymentProvider: 'simulated' }
}

async function seed(stack: Stack): Promise<SeededApp> {
  const { edgeUrl, secrets } = stack
  const app = (await keptApp(edgeUrl)) ?? (await createApp(edgeUrl, secrets, demoAppInput(edgeUrl)))
  await seedEvents(edgeUrl, app.secretKey, (name) => stepLine(`demo event: ${name}`))
  return app
}

/** For scripts: `.holdfast/dev.json`, and the same as shell variables in `.holdfast/dev.env`. */
function writeDevFiles(stack: Stack, app: SeededApp): void {
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
  }
  writeFileSync(devFile, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 })
  const shell = {
    EDGE: edgeUrl,
    APP_ID: app.appId,
    KEY: app.secretKey,
    PUBLISHABLE_KEY: app.publishableKey,
    EVENT: 'theatre',
  }
  const lines = Object.entries(shell).map(([name, value]) => `export ${name}='${value}'\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
}

async function main(): Promise<void> {
  if (flags.reset) rmSync(dir, { recursive: true, force: true })
  const stack = await startStack({
    dir,
    edge: 'worker',
    ports: { edge: 8787, core: 8788 },
    onStep: stepLine,
    devVarsFile,
  })
  const end = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  try {
    const app = await seed(stack)
    writeDevFiles(stack, app)
    readyScreen(stack, app)
    await end
    stepLine('stopping')
  } finally {
    await stack.stop()
  }
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
