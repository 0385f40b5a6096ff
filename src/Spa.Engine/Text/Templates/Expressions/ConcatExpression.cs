namespace Spa.Engine.Text.Templates;

/// <summary><c>a ~ b</c>: both printed, one after the other.</summary>
internal sealed class ConcatExpression(Expression[] parts, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        object?[] values = ListExpression.EvaluateAll(context, scope, parts);
        context.Line = Line;
        bool markup = context.AutoEscape && Array.Exists(values, value => value is Markup);
        string[] texts = new string[values.Length];
        long length = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = markup ? Markup.Escape(context, values[i]).Text : Printer.Text(context, values[i]);
            length += texts[i].Length;
        }

        context.Step();
        context.ChargeLength(length);
        string text = string.Concat(texts);
        return markup ? new Markup(text) : text;
    }
}
