/** A letter to one person, of plain text. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/**
 * Hands one letter over to be delivered, within `mailCallMs`; sent again, it may arrive twice.
 *
 * @throws when it was not taken, or nobody knows.
 */
export type Mailer = (mail: Mail) => Promise<void>
