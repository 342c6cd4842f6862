import {
  type AppVerdict,
  addressUnitsDefault,
  base62Of,
  type ClientNetwork,
  challengedShareUnits,
  ownerShareUnits,
  type Platform,
} from '@holdfast/contract'
import type { HoldClient } from '@holdfast/inventory'
import { clientKey, isPublic, networkFinder, networkKey, readAddress } from './client-address.ts'
import type { Caller } from './core-client.ts'

/** Whether the app has what is more than an address may hold refused. */
export const isBudgetEnforced = ({ addressBudget }: Pick<AppVerdict, 'addressBudget'>): boolean =>
  addressBudget === 'enforce'

/** The lists of apps as they are searched, for as long as their verdicts are remembered. */
const finders = new WeakMap<readonly ClientNetwork[], ReturnType<typeof networkFinder<ClientNetwork>>>()

type Networks = Pick<AppVerdict, 'clientNetworks'>

/** The first network of the app's list that has an address. */
function networkOf({ clientNetworks = [] }: Networks, address: string): ClientNetwork | undefined {
  if (clientNetworks.length === 0) return undefined
  const find = finders.get(clientNetworks) ?? networkFinder(clientNetworks)
  finders.set(clientNetworks, find)
  return find(address)
}

/** What an address may hold of an event: what the network says that has it, or what any may. */
export const unitsOf = (app: Networks, address: string): number =>
  networkOf(app, address)?.units ?? addressUnitsDefault

/** What one address may do of an app, where an ordinary one may do so much: a listed one stands for more people, or fewer. */
export function shareOf(app: Networks, clientAddress: string, most: number): number {
  const address = readAddress(clientAddress)
  const units = address === null ? addressUnitsDefault : unitsOf(app, address)
  return Math.max(1, Math.round((most * units) / addressUnitsDefault))
}

/** The same of a call, whoever makes it: where nobody has said more of its address, what any may. */
export function unitsOfCaller({ app, clientAddress }: Pick<Caller, 'app' | 'clientAddress'>): number {
  const address = readAddress(clientAddress)
  return app && address !== null ? unitsOf(app, address) : addressUnitsDefault
}

/**
 * The address of the buyer that a call is for: of a page's call the client's, of a server's the one that it names. Null where
 * it is not known, or none that buyers of the Internet come from: one budget for all of those would shut everybody out for
 * one.
 */
export function buyerAddress({ app, clientAddress, buyerAddress }: Caller): string | null {
  const text = app?.kind === 'secret' ? buyerAddress : clientAddress
  const address = text === undefined ? null : readAddress(text)
  return address !== null && isPublic(address) ? address : null
}

/** What addresses are called where they are counted: names that tell nobody the address. */
export interface ClientNames {
  /** For whom a hold counts beside its owner. Undefined: for nobody. */
  readonly holdClient: (caller: Caller) => Promise<HoldClient | undefined>
  /**
   * Whose orders and free bookings core counts together. Undefined: nobody's, since it is not known which buyer that is, or
   * the app lists the address as one that many people are behind.
   */
  readonly countedClient: (caller: Caller) => Promise<string | undefined>
}

/** Names addresses by a keyed digest, apart for each app: without the key, all of IPv4 is tried in a minute. */
export function createClientNames(
  secret: Uint8Array,
  { hmacSha256 }: Pick<Platform, 'hmacSha256'>,
): ClientNames {
  const encoder = new TextEncoder()
  const digestOf = async (...parts: readonly string[]) =>
    base62Of(await hmacSha256(secret, encoder.encode(parts.join('|'))))

  return {
    async holdClient(caller) {
      const { app } = caller
      const address = buyerAddress(caller)
      if (!app || app.addressBudget === 'off' || address === null) return undefined
      // Who is listed stands for many people, and is not one customer's.
      const listed = networkOf(app, address)
      const network = listed ? null : networkKey(address)
      return {
        address: await digestOf('address', app.appId, clientKey(address)),
        network: network && (await digestOf('network', app.appId, network)),
        units: listed?.units ?? addressUnitsDefault,
        ownerShare: caller.challenged ? challengedShareUnits : ownerShareUnits,
        isEnforced: isBudgetEnforced(app),
      }
    },
    async countedClient(caller) {
      const { app } = caller
      const address = buyerAddress(caller)
      if (!app || address === null || networkOf(app, address)) return undefined
      return digestOf('address', app.appId, clientKey(address))
    },
  }
}
