import { compareSync, hashSync } from 'bcryptjs'

/** Of the hashes that are made here: 2^10 rounds, about 93 ms. */
export const bcryptCost = 10

/** Of the form and cost of a real hash, but of no known text: what is compared when there is no user. */
export const hashOfNobody = `$2b$${bcryptCost}$${'.'.repeat(53)}`

/** Hashes a text. Runs in a thread of its own, so it may take its time. */
export const hash = (text: string): string => hashSync(text, bcryptCost)

/** Compares a text with a hash; without one it does the same work and says no. */
export const verify = ({ text, hash }: { text: string; hash: string | null }): boolean =>
  compareSync(text, hash ?? hashOfNobody) && hash !== null
