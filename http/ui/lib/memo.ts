import { Component, createElement, type ComponentType, type VNode } from "preact";

/// A component that renders again only when one of its properties is another object or value.
export function memo<P extends object>(inner: (props: P) => VNode | null): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const keys = Object.keys(next) as (keyof P)[];
      return keys.some((k) => next[k] !== this.props[k]);
    }
    override render(props: P): VNode {
      return createElement(inner as ComponentType<P>, props) as VNode;
    }
  };
}
