"""The exercises of each notebook: cases, right answers, and a hint for each likely mistake."""

__all__: list[str] = []
