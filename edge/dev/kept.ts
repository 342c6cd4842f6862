import { existsSync, readFileSync } from 'node:fs'
import type * as z from 'zod'

/**
 * Reads what an earlier start has written; null if there is nothing.
 * @throws with what to do when it cannot be understood.
 */
export function readKept<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> | null {
  if (!existsSync(file)) return null
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new Error(
      `${file} is not what this version writes. Remove it, or start without the earlier data: npm run dev -- --reset`,
    )
  }
}
