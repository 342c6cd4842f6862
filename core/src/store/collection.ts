import type { AppId } from '@holdfast/contract'
import type * as z from 'zod'

type Field<Doc> = keyof Doc & string

/** One collection, as an adapter sees it. */
export interface Collection<Doc> {
  readonly doc: z.ZodType<Doc> & { readonly shape: Readonly<Record<Field<Doc>, z.ZodType>> }
  /** The primary key; starts with `appId`, never changes. In a `duplicate` its index is called `primary`. */
  readonly key: readonly Field<Doc>[]
  readonly indexes: Readonly<Record<string, Index<Doc>>>
  /** A document is deleted some time after this moment; null means never. */
  readonly expires?: Field<Doc>
}

type NeverNull<Doc> = { [Name in Field<Doc>]: null extends Doc[Name] ? never : Name }[Field<Doc>]

/** A unique index has no fields that may be null: databases differ on whether two nulls are equal. */
type Index<Doc> =
  | { readonly fields: readonly Field<Doc>[]; readonly unique?: never }
  | { readonly fields: readonly NeverNull<Doc>[]; readonly unique: true }

/** Checks a declaration against its document, and keeps the names in it as types. */
export const collection = <
  Doc extends z.ZodObject<{ appId: typeof AppId }>,
  const Key extends readonly ['appId', ...Field<z.infer<Doc>>[]],
>(
  declared: Omit<Collection<z.infer<Doc>>, 'doc' | 'key'> & { readonly doc: Doc; readonly key: Key },
) => declared
