import type * as z from 'zod'
import type { Content, Operation } from './operation.ts'

type Part<Name extends string, Value> = { readonly [N in Name]: Value }

type ParamsOf<O> = O extends Part<'params', infer Schema extends z.ZodType> ? z.input<Schema> : unknown
// A body of nothing adds nothing: as a type of its own it would forbid the parts of the path beside it.
type BodyOf<O> =
  O extends Part<'body', infer Schema extends z.ZodType>
    ? z.input<Schema> extends Record<string, never>
      ? unknown
      : z.input<Schema>
    : unknown
// On the wire a query is text, so its schemas take anything: a caller is told what they make of it.
type QueryOf<O> =
  O extends Part<'query', infer Schema extends z.ZodType> ? Partial<z.output<Schema>> : unknown

/** What a caller gives to an operation: the parts of its path, its query and its body, in one object. */
export type InputOf<O extends Operation> = ParamsOf<O> & QueryOf<O> & BodyOf<O>

type ContentOf<O extends Operation> = O['answers'][keyof O['answers']]
type Keys<Union> = Union extends Content ? keyof Union : never

/** The media types in which an operation can answer. */
export type MediaOf<O extends Operation> = Keys<ContentOf<O>> & string

/** JSON where there is some; else the only one there is. */
export type DefaultMediaOf<O extends Operation> =
  'application/json' extends MediaOf<O> ? 'application/json' : MediaOf<O>

/** What an operation answers in a media type when it does not refuse. */
export type AnswerOf<O extends Operation, Media extends MediaOf<O> = DefaultMediaOf<O>> = [Media] extends [
  never,
]
  ? undefined
  : ContentOf<O> extends infer Union
    ? Union extends Part<Media, infer Schema extends z.ZodType>
      ? z.output<Schema>
      : never
    : never
