import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import * as z from 'zod'
import { until } from '../contract/inventory/poll.ts'

/** A process that the command has started, by itself or by way of another. */
export interface Part {
  readonly pid: number
  readonly command: string
}

const Line = z
  .string()
  .regex(/^\s*\d+\s+\d+\s+\S+\s+\S/)
  .transform((line) => line.trim().split(/\s+/))
  .transform(([pid, parent, state, ...command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    isDead: state?.startsWith('Z'),
    command: command.join(' '),
  }))

/** What runs on this machine. */
const processes = () =>
  z
    .array(Line)
    .parse(
      execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trimEnd().split('\n'),
    )
    .filter(({ isDead }) => !isDead)

/** All that a process has started, by itself or by way of another. */
export function partsOf(root: number | undefined): Part[] {
  const all = processes()
  const found: Part[] = []
  for (let of = [root]; of.length > 0; ) {
    const children = all.filter(({ parent }) => of.includes(parent))
    found.push(...children)
    of = children.map(({ pid }) => pid)
  }
  return found
}

/** Waits until none of them is left. */
export const gone = (parts: readonly Part[]): Promise<void> =>
  until(async () => {
    const alive = new Set(processes().map(({ pid }) => pid))
    return !parts.some(({ pid }) => alive.has(pid))
  })

/** Ends those that are left of them, whoever their parent is now. */
export function killAll(parts: readonly Part[]): void {
  const left = processes().filter(({ pid, command }) =>
    parts.some((part) => part.pid === pid && part.command === command),
  )
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
}

/** Whether a port of this machine is nobody's. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

/** Takes a port, if it is not taken already. */
export const occupy = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(server))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
