import * as z from 'zod'

/**
 * What is known of a message of another version. Its words may be others than those that this version has, so whoever
 * decides by one needs an answer for those too; ids stay ids.
 */
export type Openly<Value> = unknown extends Value
  ? Value
  : Value extends z.core.$brand | number | boolean | null | undefined
    ? Value
    : Value extends string
      ? string
      : Value extends readonly (infer Item)[]
        ? Openly<Item>[]
        : { [Name in keyof Value]: Openly<Value[Name]> }

const opened = new WeakMap<z.core.$ZodType, z.ZodType>()

/**
 * The schema of a message as a reader of another version of it reads it. During an upgrade a program is told things
 * that it does not know yet: members that are not named stay as they are, since what is kept may be read by the version
 * that knows them; another word than those of an enumeration is a word, another kind of object among several is an
 * object, and lists have no bounds. What is named must be there and of its type: a later version adds and takes nothing
 * away, and what it adds is optional until the version before is gone, for that one does not send it.
 *
 * For what programs of Holdfast tell each other. What a client sends is read strictly: what cannot be done must not
 * seem to be.
 */
export function openly<Schema extends z.ZodType>(schema: Schema): z.ZodType<Openly<z.output<Schema>>> {
  const known = opened.get(schema) ?? open(schema)
  opened.set(schema, known)
  // The type says of the values what `open` does to the schema.
  return known as z.ZodType<Openly<z.output<Schema>>>
}

const openedMembers = (shape: z.core.$ZodShape): z.ZodObject =>
  z.looseObject(Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, open(member)])))

function open(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return openedMembers(schema.shape)
  if (schema instanceof z.ZodArray) return z.array(open(schema.element))
  if (schema instanceof z.ZodNullable) return open(schema.unwrap()).nullable()
  if (schema instanceof z.ZodOptional) return open(schema.unwrap()).optional()
  if (schema instanceof z.ZodEnum) return z.string()
  if (schema instanceof z.ZodUnion) {
    const isOfObjects = schema.options.every((option) => option instanceof z.ZodObject)
    return z.union([...schema.options.map(open), ...(isOfObjects ? [z.looseObject({})] : [])])
  }
  if (schema instanceof z.ZodRecord) {
    const { keyType, valueType } = schema
    // Every word of the enumeration has its member, and others may have one.
    if (!(keyType instanceof z.ZodEnum)) return z.record(z.string(), open(valueType))
    return openedMembers(Object.fromEntries(keyType.options.map((word) => [word, valueType])))
  }
  const isWord = schema instanceof z.ZodLiteral && [...schema.values].every((one) => typeof one === 'string')
  return isWord ? z.string() : (schema as z.ZodType)
}
