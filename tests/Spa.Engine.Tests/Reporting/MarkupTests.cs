using System.Xml;
using System.Xml.Linq;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed class MarkupTests
{
    [TestCase("</script><b a=\"1\" c='2'>&amp;", "&lt;/script&gt;&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;")]
    [TestCase("a\0b\u0001\u001b[31m\r\n\tc", "a␀b␁␛[31m␍\n\tc")]
    [TestCase("\u007f\u0085\u009f", "␡[U+0085][U+009F]")]
    [TestCase("\u202eevil\u2066x\u2028", "[U+202E]evil[U+2066]x[U+2028]")]
    [TestCase("مرحبا \uFFFE", "مرحبا \uFFFD")]
    public void Hostile_text_is_harmless_and_visible(string text, string expected) =>
        Assert.That(Markup.Escape(text), Is.EqualTo(expected));

    // Not a test case: attributes are stored as UTF-8, which cannot hold half a character.
    [Test]
    public void Half_characters_are_replaced_and_whole_ones_kept() =>
        Assert.That(Markup.Escape("\U0001F43F ok \ud800 \udc00\ud800"), Is.EqualTo("\U0001F43F ok \uFFFD \uFFFD\uFFFD"));

    [Test]
    public void Any_string_is_well_formed_as_text_and_as_attribute() =>
        Gen.Char.Array[0, 40].Sample(chars =>
        {
            string escaped = Markup.Escape(new string(chars));
            XElement element = XElement.Parse($"<a b=\"{escaped}\">{escaped}</a>", LoadOptions.PreserveWhitespace);
            Assert.That(element.Value.Any(c => c != '\n' && c != '\t'
                && (char.IsControl(c) || !XmlConvert.IsXmlChar(c) && !char.IsSurrogate(c))), Is.False);
        });
}
