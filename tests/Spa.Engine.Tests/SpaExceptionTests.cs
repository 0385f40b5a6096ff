namespace Spa.Engine.Tests;

public class SpaExceptionTests
{
    [Test]
    public void A_message_is_one_line_whatever_it_quotes() =>
        Assert.That(new SpaException("tensor 'a\nb\r\u001b[2J\u2028ü'").Message, Is.EqualTo("tensor 'a\\u000ab\\u000d\\u001b[2J\\u2028ü'"));

    [Test]
    public void A_message_that_quotes_a_whole_file_is_cut() =>
        Assert.That(new UsageException(new string('x', 1_000_000)).Message, Has.Length.LessThan(3000).And.EndsWith("x..."));
}
