import { type LuaEngine, LuaFactory } from 'wasmoon'

/** Carries out one command for a script. @throws with Redis's own message. */
export type RedisCall = (...command: string[]) => unknown

/** Runs scripts as Redis does: `KEYS` and `ARGV` are lists of text, `redis.call` is the only way out. */
export interface LuaHost {
  run(source: string, keys: readonly string[], args: readonly string[]): unknown
  close(): void
}

/** Redis has Lua 5.1, this is 5.4: the names that moved. As there, a script has no globals but those it is given. */
const prelude = `
unpack, table.unpack = table.unpack, nil
os, io, require, package, debug = nil, nil, nil, nil, nil
setmetatable(_G, {
  __index = function(_, name) error("ERR Script attempted to access nonexistent global variable '" .. name .. "'", 2) end,
  __newindex = function() error('ERR Attempt to modify a readonly table', 2) end,
})`

/** A Lua that keeps each script compiled, so that a call costs what the script does. */
export async function luaHost(call: RedisCall): Promise<LuaHost> {
  const lua: LuaEngine = await new LuaFactory().createEngine({ enableProxy: false, injectObjects: false })
  const redisCall = (...command: (string | number)[]) =>
    toLua(call(...command.map((part) => fromLua(String(part)))))
  lua.global.set('redis', { call: redisCall, pcall: redisCall })
  lua.doStringSync(prelude)
  const compiled = new Map<string, (keys: readonly string[], args: readonly string[]) => unknown>()
  return {
    run(source, keys, args) {
      let script = compiled.get(source)
      if (!script) {
        script = lua.doStringSync(`return function(KEYS, ARGV)\n${source}\nend`)
        compiled.set(source, script as NonNullable<typeof script>)
      }
      return toReply(script?.(keys.map(marked), args.map(marked)))
    },
    close: () => lua.global.close(),
  }
}

/** Text from JavaScript ends for Lua at its first zero byte, so a zero travels as a character that nobody uses. */
const [zero, stand] = ['\0', '\uE000']
const fromLua = (text: string): string => text.replaceAll(stand, zero)
const marked = (text: string): string => text.replaceAll(zero, stand)

/** A missing value is `false` in Lua: nil would end a list. */
function toLua(value: unknown): unknown {
  if (value === null || value === undefined) return false
  if (typeof value === 'string') return marked(value)
  return Array.isArray(value) ? value.map(toLua) : value
}

/** As Redis answers: numbers are cut, true is 1, false is nil. */
function toReply(value: unknown): unknown {
  if (typeof value === 'number') return Math.trunc(value)
  if (typeof value === 'boolean') return value ? 1 : null
  if (typeof value === 'string') return fromLua(value)
  if (Array.isArray(value)) return value.map(toReply)
  return value ?? null
}
