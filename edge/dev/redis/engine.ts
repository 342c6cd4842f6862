/** One command, as text: `['HSET', 'key', 'field', 'value']`. */
export type Command = readonly [name: string, ...args: string[]]

/** A Redis that carries out commands, one at a time. */
export interface Engine {
  /** @throws with Redis's own message, e.g. `NOSCRIPT ...` or `ERR ...`. */
  run(command: Command): Promise<unknown>
  close(): Promise<void>
}
