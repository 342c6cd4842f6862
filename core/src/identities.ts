import type { Admins } from './administration/admins.ts'
import type { Mailer } from './users/mailer.ts'
import type { PasswordHasher } from './users/passwords.ts'
import type { RefusedPasswords } from './users/refused-passwords.ts'
import type { TokenIssuer } from './users/tokens.ts'

/** What the use-cases of apps and users work with, beside `Core`. */
export interface Identities {
  /** For people who sign in; a queue of its own, so that it cannot delay the keys. */
  readonly passwords: PasswordHasher
  /** For admins, whom no rush of users keeps out. */
  readonly adminPasswords: PasswordHasher
  /** For app keys. */
  readonly keyHasher: PasswordHasher
  readonly tokens: TokenIssuer
  readonly admins: Admins
  /** Absent: every password may be chosen. */
  readonly refusedPasswords?: RefusedPasswords
  /** Absent: this core sends no mail. */
  readonly mailer?: Mailer
}
