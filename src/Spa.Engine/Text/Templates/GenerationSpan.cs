namespace Spa.Engine.Text;

/// <summary>A range [start, end) of a rendered text that came from a <c>{% generation %}</c> block.</summary>
/// <param name="Start">First position, in code points.</param>
/// <param name="End">Position after the last, in code points.</param>
/// <param name="StartUtf16">First position, in UTF-16 units.</param>
/// <param name="EndUtf16">Position after the last, in UTF-16 units.</param>
public readonly record struct GenerationSpan(int Start, int End, int StartUtf16, int EndUtf16);
