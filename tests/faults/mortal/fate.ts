import { writeSync } from 'node:fs'
import { diesAt, lastWords } from './points.ts'

const [fatal, nth = '1'] = (process.env[diesAt] ?? '').split('#')
let left = Number(nth)

/** Says that a point is reached; the process ends there, at once and unasked, if that is its fate. */
export function reach(point: string): void {
  if (point !== fatal) return
  left -= 1
  if (left > 0) return
  writeSync(1, `${lastWords(point)}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** Makes a call between its two points. */
export async function around<Result>(call: string, run: () => Promise<Result>): Promise<Result> {
  reach(`${call} before`)
  const result = await run()
  reach(`${call} after`)
  return result
}
