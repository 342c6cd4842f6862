/**
 * Text as Redis and Lua have it: bytes, of which each character of the string is one, so that `é` is two characters.
 * Commands that count characters count bytes by that.
 */
export type ByteString = string

/** The bytes of a text, by UTF-8. */
function toBytes(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1')
}

/** The text that bytes are by UTF-8; what is none becomes U+FFFD, as in every client of Redis. */
function toText(bytes: ByteString): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString()
}

/** ASCII is the same either way, and nearly all there is. */
const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length

function toBuffers(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(toBuffers)
  return typeof reply === 'string' ? Buffer.from(reply, 'latin1') : reply
}

/**
 * Lets in commands of text to what knows byte strings only. The texts of a reply come out as Buffers, and an error
 * with a message that can be read.
 */
export function takingText(
  run: (...command: ByteString[]) => unknown,
): (...command: readonly string[]) => unknown {
  return (...command) => {
    try {
      return toBuffers(run(...command.map(toBytes)))
    } catch (cause) {
      throw new Error(toText(cause instanceof Error ? cause.message : String(cause)), { cause })
    }
  }
}
