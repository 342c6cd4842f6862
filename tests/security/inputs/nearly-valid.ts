import { beyondDoubles, memberNames, numbers, others, texts, times } from './hostile.ts'
import { absent, everyPlace, type Place, renamed, withPlace } from './places.ts'

/** A value that is wrong in one place, perhaps: `at` is where. */
export interface Spoilt {
  readonly value: unknown
  /** The places that a refusal may name; none: whichever it likes. */
  readonly at: readonly Place[]
}

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T/.test(text)

/** What may stand in a place instead. */
function* insteadOf(value: unknown): Generator<unknown> {
  yield absent
  yield* others
  if (typeof value === 'string') {
    yield* texts
    if (isTime(value)) yield* times
    yield 7
  }
  if (typeof value === 'number') yield* numbers
  if (typeof value === 'boolean') yield 'true'
  if (typeof value !== 'string' && typeof value !== 'number') yield* ['x', 7, '']
  yield [value]
  yield { value }
  if (!Array.isArray(value)) return
  yield [...value, ...value]
  yield Array.from({ length: 5_001 }, () => value[0])
}

/** A member more, of each name that an object has already. */
function* membersMore(value: unknown): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const name of [...memberNames, '', 'news', 'x'.repeat(300), '$gt', 'a.b', '\ud800'])
    if (!Object.hasOwn(value, name))
      yield [name, Object.fromEntries([...Object.entries(value), [name, { price: 1 }]])]
}

/** Every form of a value that differs from it in one place. */
export function* spoiltInOnePlace(whole: unknown): Generator<Spoilt> {
  for (const [place, value] of everyPlace(whole)) {
    for (const other of insteadOf(value)) {
      if (place.length === 0 && other === absent) continue
      yield { value: withPlace(whole, place, other), at: [place] }
    }
    for (const [name, more] of membersMore(value))
      yield { value: withPlace(whole, place, more), at: [[...place, name]] }
  }
}

/** Every form of a value in which a text, or the name of a member, is called as a member of every object is. */
export function* calledAsMembers(whole: unknown): Generator<Spoilt> {
  const found = [...everyPlace(whole)]
  const names = found.flatMap(([place]) => place.slice(-1))
  const known = new Set(
    [...names, ...found.map(([, value]) => value)].filter((each) => typeof each === 'string'),
  )
  for (const from of known) {
    for (const to of ['__proto__', 'constructor']) {
      for (const names of ['renamed', 'kept', 'left out'] as const)
        yield { value: renamed(whole, { from, to, values: 'renamed', names }), at: [] }
      yield { value: renamed(whole, { from, to, values: 'kept', names: 'renamed' }), at: [] }
    }
  }
}

/** Every form of a value in which a moment is another: where the calendar ends, or as somebody else writes it. */
export function* timesOf(whole: unknown): Generator<Spoilt> {
  for (const [place, value] of everyPlace(whole))
    if (typeof value === 'string' && isTime(value))
      for (const time of times) yield { value: withPlace(whole, place, time), at: [place] }
}

/** A body as it is sent, with numbers that JavaScript could not write. */
export const bodyTextOf = (value: unknown): string =>
  JSON.stringify(value).replaceAll(JSON.stringify(beyondDoubles), '1e999')
