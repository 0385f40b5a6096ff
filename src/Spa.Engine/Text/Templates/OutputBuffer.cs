using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Text being written: the rendering itself, or what a macro or a block captures.</summary>
internal sealed class OutputBuffer(int maxLength)
{
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    public void Append(string text)
    {
        if (_text.Length + (long)text.Length > maxLength)
        {
            throw new TemplateException(TemplateErrorKind.LimitExceeded, $"the template writes more than {maxLength} characters");
        }

        _text.Append(text);
    }

    /// <summary>The text, after which the buffer is empty and can be used again.</summary>
    public string Take()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
