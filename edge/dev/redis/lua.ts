import { LuaEngine } from 'wasmoon'
import { byteLua } from './byte-lua.ts'
import type { ByteString } from './bytes.ts'

/** Carries out one command for a script. @throws with Redis's own message. */
export type RedisCall = (...command: ByteString[]) => unknown

/** Runs scripts as Redis does: `KEYS` and `ARGV` are lists of text, `redis.call` is the only way out. */
export interface LuaHost {
  /** All text is bytes: the script's source, what it is given, what it answers, and the message of what it throws. */
  run(source: ByteString, keys: readonly ByteString[], args: readonly ByteString[]): unknown
  close(): void
}

/**
 * Redis has Lua 5.1, this is 5.4: the names that moved. As there, a script has no globals but those it is given. What
 * it gives back makes a function of a script.
 */
const prelude = `
unpack, table.unpack = table.unpack, nil
os, io, require, package, debug = nil, nil, nil, nil, nil
setmetatable(_G, {
  __index = function(_, name) error("ERR Script attempted to access nonexistent global variable '" .. name .. "'", 2) end,
  __newindex = function() error('ERR Attempt to modify a readonly table', 2) end,
})
return function(source)
  local script, problem = load('return function(KEYS, ARGV)\\n' .. source .. '\\nend')
  if not script then error(problem, 0) end
  return script()
end`

type Script = (keys: readonly ByteString[], args: readonly ByteString[]) => unknown

/** A Lua that keeps each script compiled, so that a call costs what the script does. */
export async function luaHost(call: RedisCall): Promise<LuaHost> {
  const lua = new LuaEngine(await byteLua(), { enableProxy: false, injectObjects: false })
  const redisCall = (...command: (ByteString | number)[]) => toLua(call(...command.map(String)))
  lua.global.set('redis', { call: redisCall, pcall: redisCall })
  const compile: (source: ByteString) => Script = lua.doStringSync(prelude)
  const compiled = new Map<ByteString, Script>()
  return {
    run(source, keys, args) {
      const script = compiled.get(source) ?? compile(source)
      compiled.set(source, script)
      return toReply(script(keys, args))
    },
    close: () => lua.global.close(),
  }
}

/** A missing value is `false` in Lua: nil would end a list. */
function toLua(value: unknown): unknown {
  if (value === null || value === undefined) return false
  return Array.isArray(value) ? value.map(toLua) : value
}

/** As Redis answers: numbers are cut, true is 1, false is nil, and a table is a list that ends at its first hole. */
function toReply(value: unknown): unknown {
  if (typeof value === 'number') return Math.trunc(value)
  if (typeof value === 'boolean') return value ? 1 : null
  if (Array.isArray(value)) return value.map(toReply)
  if (typeof value === 'object' && value !== null) return toReply(listIn(new Map(Object.entries(value))))
  return value ?? null
}

/** What a table lists that is no array to wasmoon: an empty one, or one with holes or names. */
function listIn(table: ReadonlyMap<string, unknown>): unknown[] {
  const list: unknown[] = []
  while (table.has(String(list.length + 1))) list.push(table.get(String(list.length + 1)))
  return list
}
