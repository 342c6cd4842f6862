/** Where a value stands in another: the names and places on the way to it. */
export type Place = readonly (string | number)[]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of a value, in the order in which they stand. */
const membersOf = (value: unknown): [string | number, unknown][] =>
  Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : []

/** A value and everything in it. */
export function* everyPlace(value: unknown, at: Place = []): Generator<readonly [Place, unknown]> {
  yield [at, value]
  for (const [name, member] of membersOf(value)) yield* everyPlace(member, [...at, name])
}

/** What takes the place of a member that is left out. */
export const absent = Symbol('absent')

/** The same value with another in one place. Built from entries, so that `__proto__` is a name like any other. */
export function withPlace(value: unknown, [name, ...rest]: Place, other: unknown): unknown {
  if (name === undefined) return other
  const members = new Map(membersOf(value))
  const member = withPlace(members.get(name), rest, other)
  if (member === absent) members.delete(name)
  else members.set(name, member)
  return Array.isArray(value) ? [...members.values()] : Object.fromEntries(members)
}

/** What a text is called where it stands as a value, and as the name of a member. */
export interface Renaming {
  readonly from: string
  readonly to: string
  readonly values: 'renamed' | 'kept'
  readonly names: 'renamed' | 'kept' | 'left out'
}

export function renamed(value: unknown, by: Renaming): unknown {
  const { from, to, values, names } = by
  if (value === from) return values === 'renamed' ? to : value
  if (Array.isArray(value)) return value.map((one) => renamed(one, by))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== from || names !== 'left out')
      .map(([name, one]) => [name === from && names === 'renamed' ? to : name, renamed(one, by)]),
  )
}

/** The value in a place. */
export const valueAt = (value: unknown, [name, ...rest]: Place): unknown =>
  name === undefined ? value : valueAt(new Map(membersOf(value)).get(name), rest)
