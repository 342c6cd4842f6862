import type { AdminRole } from '@holdfast/contract'

/** One of the operator's people, from the configuration. Name and e-mail are lower case; the first admin's may be the same. */
export interface AdminAccount {
  readonly name: string
  readonly email: string
  readonly passwordHash: string
  readonly role: AdminRole
  /** In base32; absent: they have no second factor. */
  readonly totpSecret?: string | undefined
}

/** All of them: the first is an operator. */
export type Admins = readonly [AdminAccount, ...AdminAccount[]]
