import { LuaWasm } from 'wasmoon'
import type { ByteString } from './bytes.ts'

/**
 * Lua's C API with byte strings for its text. wasmoon's own takes text through UTF-8 and ends it at the first zero byte.
 * Whatever wasmoon hands over, in a table or an error too, goes through the three functions that are replaced here: they
 * are public fields of this object, which no other Lua shares, but that wasmoon asks them is known from its source, so
 * a new version of it must pass `tests/contract/redis/bytes.test.ts`.
 */
export async function byteLua(): Promise<LuaWasm> {
  const lua = await LuaWasm.initialize()
  const { module } = lua
  const numbers: 'number'[] = ['number', 'number', 'number']
  let memory = Buffer.from(module.HEAPU8.buffer)
  /** Lua's memory, which is another one whenever it has grown. */
  const memoryNow = () => {
    if (memory.buffer !== module.HEAPU8.buffer) memory = Buffer.from(module.HEAPU8.buffer)
    return memory
  }

  const pushPointer = lua.lua_pushstring
  lua.lua_pushstring = (state, text) => {
    if (typeof text !== 'string') return pushPointer(state, text)
    const at = module._malloc(text.length)
    memoryNow().write(text, at, 'latin1')
    module.ccall('lua_pushlstring', 'number', numbers, [state, at, text.length])
    module._free(at)
    return text
  }

  const lengthAt = module._malloc(Uint32Array.BYTES_PER_ELEMENT)
  const readBy =
    (name: 'lua_tolstring' | 'luaL_tolstring') =>
    (state: number, index: number): ByteString => {
      const at = module.ccall(name, 'number', numbers, [state, index, lengthAt])
      const bytes = memoryNow()
      return bytes.toString('latin1', at, at + bytes.readUInt32LE(lengthAt))
    }
  lua.lua_tolstring = readBy('lua_tolstring')
  lua.luaL_tolstring = readBy('luaL_tolstring')
  return lua
}
