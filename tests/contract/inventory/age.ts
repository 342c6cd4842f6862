import type { keysOf } from '@holdfast/inventory'

type Command = (...command: string[]) => Promise<unknown>
type Keys = Pick<ReturnType<typeof keysOf>, 'state' | 'due' | 'idle'>

/** What an address holds is counted by slots of so long. */
const slotMs = 10_000

/** A time that comes only when a test makes an event that much older: no machine is so slow that it passes before. */
export const agedMs = 20_000

/**
 * Makes Redis believe that all it knows of an event happened so much earlier, as if the time had passed: its clock
 * cannot be set. Replies tell the times as they are then; the log keeps those that it was told.
 */
export async function age(command: Command, keys: Keys, ms: number): Promise<void> {
  const earlier = (text = '') => (/^\d+$/.test(text) ? String(Math.max(0, Number(text) - ms)) : text)
  const at = (text: string, separator: string, ...places: number[]) =>
    text
      .split(separator)
      .map((part, place) => (places.includes(place) ? earlier(part) : part))
      .join(separator)
  const older = (field: string, value: string): string => {
    if (field === '!cfg')
      return value.replace(/(opens|closes)=(\d+)/g, (_, name, t) => `${name}=${earlier(t)}`)
    if (field.startsWith('h:')) return at(value, '|', 3, 4, 5)
    if (field.startsWith('s:')) return at(value, '|', 6)
    if (/^[an]:/.test(field)) {
      const [units = '', at = '', level = '', confirming = '', ...slots] = value.split('|')
      const moved = slots.map((list) =>
        list.replace(/(\d+):/g, (_, slot) => `${Number(slot) - Math.floor(ms / slotMs)}:`),
      )
      return [units, earlier(at), level, confirming, ...moved].join('|')
    }
    if (!field.startsWith('u:')) return value
    const [counts = '', list = ''] = value.split('|')
    const entries = list.split(',').map((entry) => at(entry, ':', 2))
    return `${at(counts, ':', 0, 3)}|${entries.join(',')}`
  }
  const state = pairsOf(await command('HGETALL', keys.state))
  await command('HSET', keys.state, ...state.flatMap(([field, value]) => [field, older(field, value)]))
  for (const key of [keys.due, keys.idle]) {
    const all = pairsOf(await command('ZRANGE', key, '0', '-1', 'WITHSCORES'))
    if (all.length > 0) await command('ZADD', key, ...all.flatMap(([name, at]) => [earlier(at), name]))
  }
}

function pairsOf(flat: unknown): [string, string][] {
  if (!Array.isArray(flat)) throw new TypeError('no list of fields and values')
  return Array.from({ length: flat.length / 2 }, (_, n) => [String(flat[2 * n]), String(flat[2 * n + 1])])
}
