/**
 * The commands of a README that its reader is asked to paste: the shell blocks between two marks.
 * @throws when there is none.
 */
export function pastedOf(readme: string, mark: 'tour' | 'api'): string {
  const [, marked = ''] = new RegExp(`<!-- ${mark} -->(.*)<!-- /${mark} -->`, 's').exec(readme) ?? []
  const blocks = [...marked.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  if (blocks.length === 0) throw new Error(`README.md has no sh block between the marks of the ${mark}`)
  return blocks.join('\n')
}
