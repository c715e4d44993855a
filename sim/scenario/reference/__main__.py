"""Write the page of the language: `python -m sim.scenario.reference > docs/LANGUAGE.md`."""

from sim.scenario.reference import language_page

if __name__ == "__main__":
    print(language_page(), end="")
