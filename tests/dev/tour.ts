/**
 * The commands of a README that its reader is asked to paste: the shell blocks between the marks of the tour.
 * @throws when there is none.
 */
export function tourOf(readme: string): string {
  const [, tour = ''] = /<!-- tour -->(.*)<!-- \/tour -->/s.exec(readme) ?? []
  const blocks = [...tour.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  if (blocks.length === 0)
    throw new Error('README.md has no sh block between <!-- tour --> and <!-- /tour -->')
  return blocks.join('\n')
}
