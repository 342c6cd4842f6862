import { challengeCallMs, type Platform } from '@holdfast/contract'
import * as z from 'zod'
import type { Challenge } from '../ports.ts'

const verifyUrl = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation */
const Verdict = z.object({ success: z.boolean() })

/** Cloudflare Turnstile: each response is good once, for five minutes, and Cloudflare sees to that. */
export function turnstile(
  secret: string,
  { deadline }: Pick<Platform, 'deadline'>,
  url = verifyUrl,
): Challenge {
  return async (response, address) => {
    const body = new URLSearchParams({ secret, response, ...(address !== null && { remoteip: address }) })
    const init = { method: 'POST', body, signal: deadline(challengeCallMs), redirect: 'manual' } as const
    try {
      const answer = await fetch(url, init)
      return Verdict.parse(await answer.json()).success ? 'passed' : 'failed'
    } catch {
      return 'unknown'
    }
  }
}
