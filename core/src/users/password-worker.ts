import { compareSync, hashSync } from 'bcryptjs'

/** 2^10 rounds, about 93 ms. */
const cost = 10

/** Of the form and cost of a real hash, but of no known text: what is compared when there is no user. */
export const hashOfNobody = `$2b$${cost}$${'.'.repeat(53)}`

/** Hashes a text. Runs in a thread of its own, so it may take its time. */
export const hash = (text: string): string => hashSync(text, cost)

/** Compares a text with a hash; without one it does the same work and says no. */
export const verify = ({ text, hash }: { text: string; hash: string | null }): boolean =>
  compareSync(text, hash ?? hashOfNobody) && hash !== null
