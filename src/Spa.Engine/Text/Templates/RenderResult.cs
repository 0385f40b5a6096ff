namespace Spa.Engine.Text;

/// <summary>A rendered template.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="GenerationSpans">What <c>{% generation %}</c> blocks wrote, in the order they were closed.</param>
public sealed record RenderResult(string Text, IReadOnlyList<GenerationSpan> GenerationSpans);
