/** From a definition to the declaration that it is, or that it is part of. */
import type { Declaration, Parameter } from '../1-parse/ast.ts';
import type { NamedDeclaration } from '../2-check/modules.ts';
import type { Definition } from '../2-check/observer.ts';
import { parsed } from '../front-end.ts';
import { contains } from './places.ts';

/** The declaration that a definition stands in. */
export const around = ({ span }: Definition): Declaration | undefined =>
  parsed(span.file).module.declarations.find((declaration) => contains(declaration.span, span));

/** The declaration itself; undefined for what is defined within one. */
export function declared(definition: Definition): NamedDeclaration | undefined {
  const declaration = definition.kind === 'declaration' ? around(definition) : undefined;
  return declaration?.kind === 'import' || declaration?.kind === 'train' ? undefined : declaration;
}

/** The parameter or input that a definition is. */
export function parameterOf(definition: Definition): Parameter | undefined {
  const declaration = around(definition);
  const list =
    declaration?.kind === 'fn'
      ? declaration.parameters
      : declaration && 'config' in declaration && 'inputs' in declaration
        ? [...declaration.config, ...declaration.inputs]
        : [];
  return list.find(({ name }) => name.span.start === definition.span.start);
}
