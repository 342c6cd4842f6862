/** One command, as text: `['HSET', 'key', 'field', 'value']`. */
export type Command = readonly [name: string, ...args: string[]]

/** A Redis that carries out commands, one at a time. */
export interface Engine {
  /**
   * The reply. A text in it may be a Buffer, since a value may be any bytes: `decoded` makes strings of all.
   * @throws with Redis's own message, e.g. `NOSCRIPT ...` or `ERR ...`.
   */
  run(command: Command): Promise<unknown>
  close(): Promise<void>
}

/** A reply with each text in it as a string; numbers and nulls stay what they are. */
export function decoded(reply: unknown, encoding: 'utf8' | 'base64' = 'utf8'): unknown {
  if (Array.isArray(reply)) return reply.map((part) => decoded(part, encoding))
  if (typeof reply === 'string') return encoding === 'utf8' ? reply : Buffer.from(reply).toString(encoding)
  return Buffer.isBuffer(reply) ? reply.toString(encoding) : reply
}
