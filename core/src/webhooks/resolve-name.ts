import { Resolver } from 'node:dns/promises'
import { nameLookupMs } from '@holdfast/contract'
import type { Resolve } from './pin-address.ts'

/**
 * Asks the name servers, and nobody else: names of this machine's own files and search domains are not for apps. Not
 * `dns.lookup`, whose few threads one slow name server could keep busy for all.
 */
export const resolveName: Resolve = async (hostname) => {
  const resolver = new Resolver({ timeout: nameLookupMs, tries: 2 })
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}
