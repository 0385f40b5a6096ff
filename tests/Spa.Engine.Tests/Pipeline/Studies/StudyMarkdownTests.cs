using Spa.Engine.Pipeline.Studies;

namespace Spa.Engine.Tests.Pipeline.Studies;

internal sealed class StudyMarkdownTests
{
    [TestCase(0.126, "+0.13")]
    [TestCase(-0.126, "-0.13")]
    [TestCase(-0.004, "+0.00")]
    [TestCase(-0.0, "+0.00")]
    [TestCase(-10.0, "-10.00")]
    public void A_difference_has_the_sign_of_what_is_printed(double value, string expected) => Assert.That(StudyMarkdown.Signed(value, "0.00"), Is.EqualTo(expected));
}
