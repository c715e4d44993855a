"""Names and shape parameters of the continuous laws of `scipy.stats` that cannot be negative.

Kept as a table so that reading a scenario does not import SciPy; a test compares it with the installed one.
"""

from __future__ import annotations

_NAMES = """
alpha a; arcsine; argus chi; beta a b; betaprime a b; bradford c; burr c d; burr12 c d; chi df; chi2 df; erlang a;
expon; exponpow b; exponweib a c; f dfn dfd; fatiguelife c; fisk c; foldcauchy c; foldnorm c; gamma a;
genexpon a b c; gengamma a c; genhalflogistic c; geninvgauss p b; genpareto c; gibrat; gompertz c; halfcauchy;
halfgennorm beta; halflogistic; halfnorm; invgamma a; invgauss mu; invweibull c; johnsonsb a b; kappa3 a; levy;
loglaplace c; lognorm s; loguniform a b; lomax c; maxwell; mielke k s; nakagami nu; ncf dfn dfd nc; ncx2 df nc;
pareto b; powerlaw a; powerlognorm c s; rayleigh; recipinvgauss mu; rice b; trapezoid c d; triang c; truncexpon b;
truncpareto b c; truncweibull_min c a b; uniform; wald; weibull_min c
"""
SHAPES: dict[str, tuple[str, ...]] = {
    words[0]: tuple(words[1:]) for words in (entry.split() for entry in _NAMES.split(";")) if words
}
SIGNED = frozenset(
    [
        "norm",
        "cauchy",
        "t",
        "laplace",
        "logistic",
        "gumbel_l",
        "gumbel_r",
        "genextreme",
        "genlogistic",
        "genhyperbolic",
        "gennorm",
        "exponnorm",
        "skewnorm",
        "johnsonsu",
        "loggamma",
        "levy_l",
        "levy_stable",
        "nct",
        "norminvgauss",
        "pearson3",
        "powernorm",
        "semicircular",
        "truncnorm",
        "tukeylambda",
        "vonmises",
        "weibull_max",
        "dgamma",
        "dweibull",
        "crystalball",
        "cosine",
        "anglit",
        "hypsecant",
        "moyal",
        "rdist",
    ]
)
# Shape parameters that may be zero or negative; all others are positive in every law above.
ANY_SIGN = frozenset({("genpareto", "c"), ("geninvgauss", "p"), ("johnsonsb", "a"), ("ncf", "nc"), ("ncx2", "nc")})
ZERO_TO_ONE = frozenset({("triang", "c"), ("trapezoid", "c"), ("trapezoid", "d")})
