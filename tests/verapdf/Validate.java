// Asks the real veraPDF engine whether files conform, one line per file and flavour:
//   PASS|FAIL <tab> flavour <tab> file <tab> failed rules ("clause-test xCOUNT message", joined by "; ")
// usage: java -cp VERAPDF.jar:JAXB... Validate.java ua1,3a FILE...
import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Validate {
    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        for (int i = 1; i < args.length; i++) {
            for (String name : args[0].split(",")) {
                PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
                try (FileInputStream file = new FileInputStream(args[i]);
                        PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour)) {
                    ValidationResult result = Foundries.defaultInstance()
                            .createValidator(flavour, 1000, false, false, false).validate(parser);
                    Map<String, String> failed = new TreeMap<>();
                    for (TestAssertion check : result.getTestAssertions()) {
                        if (check.getStatus() == TestAssertion.Status.FAILED) {
                            var rule = check.getRuleId();
                            failed.putIfAbsent(rule.getClause() + "-" + rule.getTestNumber(),
                                    " x" + result.getFailedChecks().get(rule) + " "
                                            + check.getMessage().replaceAll("\\s+", " "));
                        }
                    }
                    StringBuilder why = new StringBuilder();
                    failed.forEach((rule, text) -> why.append(why.length() > 0 ? "; " : "").append(rule).append(text));
                    System.out.println((result.isCompliant() ? "PASS" : "FAIL") + "\t" + name + "\t" + args[i] + "\t" + why);
                }
            }
        }
    }
}
