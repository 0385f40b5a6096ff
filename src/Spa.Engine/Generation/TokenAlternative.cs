namespace Spa.Engine.Generation;

/// <summary>A token that could have been drawn, with its untempered log-prob.</summary>
public readonly record struct TokenAlternative(int Id, float Logp);
