import { Resolver } from 'node:dns/promises'
import { nameLookupMs } from '@holdfast/contract'
import type { Resolve } from './pin-address.ts'

/**
 * Asks the name servers of this machine, or these, and nobody else: the machine's own names and search domains are not
 * for apps. Not `dns.lookup`, whose few threads one slow name server could keep busy for all.
 */
export const createResolve =
  (servers?: readonly string[]): Resolve =>
  async (hostname) => {
    const resolver = new Resolver({ timeout: nameLookupMs, tries: 2 })
    if (servers) resolver.setServers(servers)
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  }
