import { deliveryCallMs, type Platform } from '@holdfast/contract'
import { pinAddress, type Resolve } from './pin-address.ts'
import type { Post } from './post-to.ts'

/** What came of one call of an endpoint: the status of its answer, or why there is none, for the operator's log. */
export type Sent =
  | { readonly word: 'answered'; readonly status: number }
  | { readonly word: 'no_answer'; readonly why: 'address_refused' | 'late' | 'not_connected' }

/** Calls an endpoint, once, within `deliveryCallMs`. Never throws. */
export type Send = (call: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}) => Promise<Sent>

interface Parts {
  readonly resolve: Resolve
  readonly post: (post: Post) => Promise<number>
  readonly platform: Pick<Platform, 'deadline'>
  readonly isLocalAllowed: boolean
}

/** A sender that calls only where apps may be told: see `pinAddress`. */
export const createSender =
  ({ resolve, post, platform, isLocalAllowed }: Parts): Send =>
  async ({ url: text, headers, body }) => {
    const signal = platform.deadline(deliveryCallMs)
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('late')), { once: true }),
    )
    const call = async (): Promise<Sent> => {
      const url = new URL(text)
      const address = await pinAddress(url, { resolve, isLocalAllowed })
      if (address === null) return { word: 'no_answer', why: 'address_refused' }
      return { word: 'answered', status: await post({ url, address, headers, body, signal }) }
    }
    try {
      return await Promise.race([call(), late])
    } catch {
      return { word: 'no_answer', why: signal.aborted ? 'late' : 'not_connected' }
    }
  }
