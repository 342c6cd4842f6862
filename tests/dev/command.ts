import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import * as z from 'zod'
import { rootDir } from '../../edge/dev/processes.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Part, partsOf } from './machine.ts'

/** `dev.json`: what the command tells to scripts. */
export const Facts = z.strictObject({
  edgeUrl: z.url(),
  coreUrl: z.url(),
  appId: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  eventId: z.string(),
  adminEmail: z.string(),
  adminPassword: z.string(),
  redis: z.enum(['server', 'embedded']),
  store: z.string(),
})
export type Facts = z.infer<typeof Facts>

/** What `npm run dev` runs, as a process of its own. */
export interface DevCommand {
  readonly dir: string
  /** What it has printed so far. */
  output(): string
  /** Waits until it says that it is ready. */
  ready(): Promise<Facts>
  says(text: string): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Its exit code, once it has ended. */
  readonly exit: Promise<number | null>
  parts(): Part[]
  partOf(text: string): Part
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>
}

const readyMsMax = 90_000

/** A folder for one stack, which ends with the caller's `rmSync`. */
export const newDir = (): string => mkdtempSync(join(tmpdir(), 'holdfast-dev-'))

/** Starts the command; the folder outlives it. */
export const startDev = (dir: string, engine: Facts['redis'], ...flags: string[]): DevCommand =>
  startDevOn({}, dir, engine, ...flags)

/** Starts the command by npm, as people do: its process is npm's, and the command is a part of it. */
export const startDevByNpm = (dir: string, engine: Facts['redis']): DevCommand =>
  spawnDev(['npm', 'run', 'dev', '--', '--dir', dir], engine)

/** Starts the command with more in its environment. */
export const startDevOn = (
  more: { readonly STORE_URL?: string; readonly TICKETS_JWT_SECRET?: string },
  dir: string,
  engine: Facts['redis'],
  ...flags: string[]
): DevCommand => spawnDev([process.execPath, 'edge/dev/main.ts', '--dir', dir, ...flags], engine, more)

function spawnDev([program = '', ...args]: string[], engine: Facts['redis'], more: object = {}): DevCommand {
  const dir = args[args.indexOf('--dir') + 1] ?? ''
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, args, {
    cwd: rootDir,
    env: { PATH, HOME, HOLDFAST_REDIS: engine, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  const says = (text: string) =>
    until(async () => {
      if (!output.includes(text) && hasEnded(child)) throw new Error(`it ended without "${text}":\n${output}`)
      return output.includes(text)
    }, readyMsMax)

  const parts = () => partsOf(child.pid)
  return {
    dir,
    output: () => output,
    says,
    async ready() {
      await says('stops all of it.')
      return Facts.parse(JSON.parse(readFileSync(join(dir, 'dev.json'), 'utf8')))
    },
    kill: (signal) => void child.kill(signal),
    exit,
    parts,
    partOf(text) {
      const part = parts().find(({ command }) => command.includes(text))
      if (!part) throw new Error(`no part is ${text}`)
      return part
    },
    async stop() {
      child.kill('SIGINT')
      await exit
    },
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

/** Starts the command in a folder that goes with the test, and so does the command. */
export function startDevForTest(engine: Facts['redis'], ...flags: string[]): DevCommand {
  const dir = newDir()
  const dev = startDev(dir, engine, ...flags)
  onTestFinished(async () => {
    dev.kill('SIGKILL')
    await dev.exit
    rmSync(dir, { recursive: true, force: true })
  })
  return dev
}
