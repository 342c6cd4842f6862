import type { Operation } from '@holdfast/contract/operations'

/** What a client knows of an operation while it runs. */
export interface Route extends Pick<Operation, 'method' | 'path' | 'repeat'> {
  /** The credentials that it sends, if it has them: those of the admin, or a key, and with it the buyer. */
  readonly shows: 'nothing' | 'key' | 'buyer' | 'admin'
  readonly hasBody: boolean
  /** What goes into the query beside a body; without a body, all that is not in the path does. */
  readonly query?: readonly string[]
  /** The media types of its answers, JSON first; none where it answers without a body. */
  readonly media: readonly string[]
}
