import { createHash } from 'node:crypto'
import { currentFormat } from '../formats/steps.ts'
import type { Store } from '../store.ts'
import { carried, createSum, Header, lineOf, type Sums, Trailer } from './format.ts'

/** Is told how many documents are done. */
export type Progress = (done: number) => void

/** How many documents a copy of the store will have, about: others may write meanwhile. */
export async function countAll(
  store: Pick<Store, 'count'>,
  everyApp: Parameters<Store['count']>[0],
): Promise<number> {
  const counts = await Promise.all(carried.map((name) => store.count(everyApp, name, {})))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** The lines of a copy of the store as of one moment, without line ends. Any number of programs may use it meanwhile. */
export async function* exportStore(
  store: Pick<Store, 'snapshot'>,
  at: Date,
  progress: Progress,
): AsyncGenerator<string> {
  const whole = createHash('sha256')
  const sum = createSum(carried)
  const told = (line: string): string => {
    whole.update(line).update('\n')
    return line
  }
  const header = { holdfast: 'export', format: currentFormat, at: at.toISOString() }
  yield told(JSON.stringify(Header.parse(header)))
  let done = 0
  for await (const entry of store.snapshot()) {
    if (!carried.includes(entry.collection)) continue
    const line = lineOf(entry)
    sum.add(entry.collection, line)
    yield told(line)
    done += 1
    progress(done)
  }
  const end: { collections: Sums; sha256: string } = { collections: sum.total(), sha256: whole.digest('hex') }
  yield JSON.stringify(Trailer.parse({ end }))
}
