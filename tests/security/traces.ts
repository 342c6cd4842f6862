import { decoded } from '../../edge/dev/redis/engine.ts'
import type { World } from './world.ts'

const kinds: Record<string, (key: string) => [string, ...string[]]> = {
  state: (key) => ['HGETALL', key],
  map: (key) => ['GET', key],
  receipt: (key) => ['GET', key],
  due: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  log: (key) => ['XRANGE', key, '-', '+'],
}

/**
 * Everything that a Holdfast knows, of one app or of all: each document of the store, and each key of an event in
 * Redis. What is not here decides nothing: limits are counted and verdicts on keys are remembered, wrong ones too.
 */
export async function tracesIn({ store, engine }: World, appId?: string): Promise<Map<string, string>> {
  const traces = new Map<string, string>()
  for await (const { collection, doc } of store.snapshot()) {
    if (appId !== undefined && doc.appId !== appId) continue
    const text = JSON.stringify(doc)
    traces.set(`${collection} ${text}`, text)
  }
  const keys = decoded(await engine.run(['KEYS', `hf:{${appId ?? ''}*`])) as string[]
  for (const key of keys) {
    const kind = /:([a-z]+)$/.exec(key)?.[1] ?? ''
    const command = kinds[kind]?.(key)
    if (command) traces.set(key, JSON.stringify(decoded(await engine.run(command))))
  }
  return traces
}

/** What is there now and was not, and the other way round, by name. */
export function changesOf(before: Map<string, string>, after: Map<string, string>): string[] {
  const changed = (one: Map<string, string>, other: Map<string, string>) =>
    [...one.keys()].filter((name) => one.get(name) !== other.get(name))
  return [...new Set([...changed(before, after), ...changed(after, before)])]
}
