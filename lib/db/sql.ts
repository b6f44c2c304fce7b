/** SQL text with its values apart: every value becomes a bind, a nested query is spliced in. `sql`select ${1}`` -> {text:'select $1', values:[1]} */
export class Sql {
  constructor(
    readonly strings: readonly string[],
    readonly args: readonly unknown[],
  ) {}

  get text(): string {
    return this.render([]).text
  }

  get values(): unknown[] {
    return this.render([]).values
  }

  private render(values: unknown[]): { text: string; values: unknown[] } {
    let text = this.strings[0] ?? ''
    this.args.forEach((arg, i) => {
      if (arg instanceof Sql) text += arg.render(values).text
      else {
        values.push(arg)
        text += '$' + values.length
      }
      text += this.strings[i + 1] ?? ''
    })
    return { text, values }
  }
}

export function sql(strings: TemplateStringsArray, ...args: unknown[]): Sql {
  return new Sql(strings, args)
}
