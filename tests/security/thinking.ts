import { vi } from 'vitest'

const verbs = ['sign', 'verify', 'digest', 'importKey'] as const

/** Counts digests and signatures under way: they are made in threads, so a clock must not overtake them. */
export function watchThinking(): () => boolean {
  let under = 0
  for (const verb of verbs) {
    const original = crypto.subtle[verb].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>
    const counted = async (...args: unknown[]) => {
      under += 1
      try {
        return await original(...args)
      } finally {
        under -= 1
      }
    }
    vi.spyOn(crypto.subtle, verb).mockImplementation(counted as never)
  }
  return () => under > 0
}
